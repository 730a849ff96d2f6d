package io.berth.config;

import io.berth.config.DistributionSettings.Judgement;
import io.berth.config.tree.SettingNames;
import io.berth.config.tree.SettingSources;
import io.berth.config.tree.SettingTree;
import io.berth.config.tree.WrongSettingException;
import java.util.List;
import java.util.Map;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * What an administrator set, read once from all sources.
 *
 * @param settings what is acted upon
 * @param remarks a sentence for each setting that has no effect
 * @param folderSource what names the folder of all data
 */
public record LoadedSettings(
        RegistrySettings settings, List<String> remarks, FolderSource folderSource) {

    /**
     * For messages.
     *
     * @param name of the setting or the variable for the folder of all data
     * @param isSet {@code false}: the user has not set it, and the folder is its default
     */
    public record FolderSource(String name, boolean isSet) {}

    /** The variable of the launcher that names the folder of all data where no setting does. */
    private static final String DATA = "BERTH_DATA";

    /** The launcher sets it to what {@link #DATA} would be if the user has not set that. */
    private static final String DEFAULT_DATA = "BERTH_DEFAULT_DATA";

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
        SettingSources.requirePrefix(
                environment, DistributionSettings.groups(settingNames.schema()));
        SettingSources.addAll(environment, tree);
        FolderSource source = addFolder(tree, environment.getSystemEnvironment());
        Judgement judgement = DistributionSettings.judge(tree.unknown(), settingNames.schema());
        if (!judgement.refusals().isEmpty()) {
            throw new WrongSettingException(String.join("\n", judgement.refusals()), null);
        }
        return new LoadedSettings(tree.bind(RegistrySettings.class), judgement.remarks(), source);
    }

    private static FolderSource addFolder(SettingTree tree, Map<String, Object> variables) {
        if (tree.isSet(S3) || tree.isSet(FOLDER)) {
            return new FolderSource(FOLDER, true);
        }
        for (String variable : List.of(DATA, DEFAULT_DATA)) {
            Object folder = variables.get(variable);
            if (folder != null && !folder.toString().isBlank()) {
                tree.set(List.of(FOLDER.split("\\.")), folder.toString(), "variable " + variable);
                return new FolderSource(DATA, variable.equals(DATA));
            }
        }
        return new FolderSource(FOLDER, false);
    }
}
