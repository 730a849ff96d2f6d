package io.berth.config;

import io.berth.config.DistributionSettings.Judgement;
import io.berth.config.tree.SettingNames;
import io.berth.config.tree.SettingSources;
import io.berth.config.tree.SettingTree;
import io.berth.config.tree.WrongSettingException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * What an administrator set, read once from all sources.
 *
 * @param settings what is acted upon
 * @param remarks a sentence for each setting that has no effect
 * @param folderSource for messages: the setting or the variable that names the folder of all data.
 *     The launcher sets the variable when the user has not
 */
public record LoadedSettings(RegistrySettings settings, List<String> remarks, String folderSource) {

    /** The variable of the launcher that names the folder of all data where no setting does. */
    private static final String DATA = "BERTH_DATA";

    private static final String S3 = "storage.s3";
    private static final String FOLDER = "storage.filesystem.rootdirectory";

    public LoadedSettings {
        remarks = List.copyOf(remarks);
    }

    /**
     * @throws WrongSettingException when a value cannot be right, or the registry would be less
     *     safe than its settings ask for
     */
    public static LoadedSettings from(ConfigurableEnvironment environment) {
        SettingNames settingNames = DistributionSettings.settingNames(RegistrySettings.class);
        SettingTree tree = new SettingTree(settingNames);
        SettingSources.addAll(environment, tree);
        boolean launcher = addFolder(tree, environment.getSystemEnvironment().get(DATA));
        Judgement judgement = DistributionSettings.judge(tree.unknown(), settingNames.schema());
        if (!judgement.refusals().isEmpty()) {
            throw new WrongSettingException(String.join("\n", judgement.refusals()), null);
        }
        return new LoadedSettings(
                tree.bind(RegistrySettings.class), judgement.remarks(), launcher ? DATA : FOLDER);
    }

    /** Whether the folder counts. */
    private static boolean addFolder(SettingTree tree, @Nullable Object folder) {
        if (folder == null || tree.isSet(S3) || tree.isSet(FOLDER)) {
            return false;
        }
        tree.set(List.of(FOLDER.split("\\.")), folder.toString(), "variable " + DATA);
        return tree.isSet(FOLDER);
    }
}
