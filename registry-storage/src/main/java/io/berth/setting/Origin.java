package io.berth.setting;

/**
 * Where a record is written in a file of the administrator. A component of this type is no setting:
 * the reader of the file sets it.
 *
 * @param file for messages
 * @param line from 1
 */
public record Origin(String file, int line) {

    @Override
    public String toString() {
        return file + ", line " + line;
    }
}
