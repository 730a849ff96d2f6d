/**
 * Small documents that the registry keeps with its content, so that all replicas share them: keys,
 * accounts, and what an administrator sets while the registry runs.
 */
@NullMarked
package io.berth.document;

import org.jspecify.annotations.NullMarked;
