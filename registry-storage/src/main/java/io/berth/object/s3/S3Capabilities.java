package io.berth.object.s3;

import java.util.ArrayList;
import java.util.List;

/**
 * What a server was seen to do when the store was opened. Where it lacks something the store does
 * the second best, which each component says.
 *
 * @param createIfAbsent a write for which nothing may be there is refused when there is something;
 *     without it, the store looks first
 * @param replaceIfUnchanged a write that names the object it replaces is refused when that is
 *     another; without it, the store looks first
 * @param replaceRefusesAbsent ... and when there is none; without it, the store looks first
 * @param quotedEtags the object to replace is named as the server names it, in quotes; else without
 * @param md5Etags that name is the MD5 of the content; without it, conditional writes read first
 * @param deleteIfUnchanged as {@code replaceIfUnchanged}, for deletes
 * @param deleteRefusesAbsent as {@code replaceRefusesAbsent}, for deletes
 * @param completeIfAbsent as {@code createIfAbsent}, for objects of several parts; the store does
 *     not need it
 * @param sha256 content is compared with the SHA-256 that is sent with it; without it, what is
 *     damaged on its way is found when it is read
 * @param batchDelete many objects are deleted in one request; without it, each in its own
 * @param batchDeleteNeedsMd5 ... which must come with its MD5
 * @param presignedLinks a link is answered from here; without it the store gives them all the same,
 *     for clients may reach what this machine does not
 */
public record S3Capabilities(
        boolean createIfAbsent,
        boolean replaceIfUnchanged,
        boolean replaceRefusesAbsent,
        boolean quotedEtags,
        boolean md5Etags,
        boolean deleteIfUnchanged,
        boolean deleteRefusesAbsent,
        boolean completeIfAbsent,
        boolean sha256,
        boolean batchDelete,
        boolean batchDeleteNeedsMd5,
        boolean presignedLinks) {

    /** Whether creating is one step with looking. */
    public boolean createsInOneStep() {
        return createIfAbsent;
    }

    /** Whether replacing a known content is one step with looking. */
    public boolean replacesInOneStep() {
        return replaceIfUnchanged && replaceRefusesAbsent;
    }

    /** Whether deleting a known content is one step with looking. */
    public boolean deletesInOneStep() {
        return deleteIfUnchanged && deleteRefusesAbsent;
    }

    /** For people: what the server can do, and what it cannot. */
    @Override
    public String toString() {
        List<String> can = new ArrayList<>();
        List<String> cannot = new ArrayList<>();
        (createsInOneStep() ? can : cannot).add("create if absent");
        (replacesInOneStep() ? can : cannot).add("replace if unchanged");
        (deletesInOneStep() ? can : cannot).add("delete if unchanged");
        (completeIfAbsent ? can : cannot).add("complete if absent");
        (md5Etags ? can : cannot).add("etag is MD5");
        (quotedEtags ? can : cannot).add("quoted etags");
        (sha256 ? can : cannot).add("SHA-256");
        (batchDelete ? can : cannot)
                .add(batchDeleteNeedsMd5 ? "batch delete with MD5" : "batch delete");
        (presignedLinks ? can : cannot).add("presigned links");
        String text = "can: " + String.join(", ", can);
        return cannot.isEmpty() ? text : text + "; cannot: " + String.join(", ", cannot);
    }
}
