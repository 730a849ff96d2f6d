/** The administration API: JSON below {@code /api/v1}, for those who run the registry. */
@NullMarked
package io.berth.admin;

import org.jspecify.annotations.NullMarked;
