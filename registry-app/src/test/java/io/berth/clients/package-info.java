/** Client libraries that people build with, against the whole application. */
@NullMarked
package io.berth.clients;

import org.jspecify.annotations.NullMarked;
