package io.berth.policy.file;

/**
 * What is wrong in the policy file, and what to do.
 *
 * @param line from 1
 * @param text a sentence without an end, which begins with the path of what is wrong
 */
record Problem(int line, String text) {

    @Override
    public String toString() {
        return "line " + line + ": " + text;
    }
}
