/** Single files and folders: the calls to the operating system, and what their results mean. */
@NullMarked
package io.berth.object.disk.file;

import org.jspecify.annotations.NullMarked;
