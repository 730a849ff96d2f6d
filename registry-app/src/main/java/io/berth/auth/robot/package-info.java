/** Accounts of programs, which the registry makes and whose secrets it issues. */
@NullMarked
package io.berth.auth.robot;

import org.jspecify.annotations.NullMarked;
