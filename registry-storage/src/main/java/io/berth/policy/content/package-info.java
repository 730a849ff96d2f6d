/** Rules about the classes of manifests, such as images, charts and signatures. */
@NullMarked
package io.berth.policy.content;

import org.jspecify.annotations.NullMarked;
