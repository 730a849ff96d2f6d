package io.berth.object.s3.setting;

import io.berth.setting.DefaultValue;
import io.berth.setting.SettingChecks;
import java.util.regex.Pattern;

/**
 * Which bucket it is, and where in it.
 *
 * @param region the bucket's; any name for servers without regions
 * @param bucket where everything is kept
 * @param rootDirectory what every key begins with, without slashes at its ends; {@code ""}: nothing
 */
public record LocationSettings(
        @DefaultValue("") String region,
        @DefaultValue("") String bucket,
        @DefaultValue("") String rootDirectory) {

    private static final Pattern REGION = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private static final Pattern BUCKET =
            Pattern.compile("arn:[A-Za-z0-9._:/-]+|[A-Za-z0-9][A-Za-z0-9._:-]*");

    /** Nothing, or components that no client of the store would take for something else. */
    private static final Pattern FOLDER =
            Pattern.compile("(?!(.*/)?[.]{1,2}(/|$))([A-Za-z0-9!_.*'()=+ -]+(/(?!$)|$))*");

    public LocationSettings {
        region = region.strip();
        bucket = bucket.strip();
        rootDirectory = rootDirectory.strip().replaceAll("^/+|/+$", "");
        SettingChecks.refuseIf(
                bucket.isEmpty(),
                "storage.s3.bucket is not set, but storage.s3 is chosen, or settings of it are: name"
                        + " the bucket, or remove them to keep content on the disk");
        SettingChecks.refuseIf(
                region.isEmpty(),
                "storage.s3.region is not set: name the region of the bucket, such as us-east-1,"
                        + " which most stores other than Amazon's take as well");
        S3Settings.require(
                REGION.matcher(region).matches(),
                "region",
                region,
                "the name of a region such as us-east-1");
        S3Settings.require(
                BUCKET.matcher(bucket).matches(),
                "bucket",
                bucket,
                "the name of a bucket alone; folders in it belong to storage.s3.rootdirectory");
        S3Settings.require(
                FOLDER.matcher(rootDirectory).matches(),
                "rootdirectory",
                rootDirectory,
                "a path of letters, digits and simple signs, such as registry/one");
    }
}
