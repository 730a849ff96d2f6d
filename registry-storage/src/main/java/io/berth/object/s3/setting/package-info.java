/**
 * The settings of the S3 store, {@code storage.s3.*}: immutable records with valid values, one for
 * each subject. The store works with them as they are.
 */
@NullMarked
package io.berth.object.s3.setting;

import org.jspecify.annotations.NullMarked;
