/** What is changed and refused, and for whom, for those who have to answer for it later. */
@NullMarked
package io.berth.audit;

import org.jspecify.annotations.NullMarked;
