/**
 * Workloads that show who they are by a token of their platform (OpenID Connect): jobs of GitHub
 * Actions and GitLab CI, service accounts of Kubernetes. No password has to be given to them.
 */
@NullMarked
package io.berth.auth.oidc;

import org.jspecify.annotations.NullMarked;
