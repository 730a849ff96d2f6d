#!/usr/bin/env bash
# Shows that each rule of io.berth.architecture can fail: puts a violation of each into a copy of the
# checkout, builds it once, and looks whether the failure of each rule names its violation. A rule that has
# no violation here fails the leg. The violation of a limit is one above it.
set -euo pipefail
SUBJECT=none # no server is started
source "$(dirname "$0")/lib.sh"

rules=registry-app/src/test/java/io/berth/architecture
copy=$work/checkout
main=$copy/registry-storage/src/main/java
declare -A violations=() # rule -> the names that its failure must have

# Without other tests, and without Error Prone and -Werror, which take long and refuse some violations.
make_copy() {
    mkdir -p "$copy/$(dirname $rules)"
    tar -C "$project" -c --exclude=.git --exclude=target --exclude=./data --exclude='*/src/test' . | tar -C "$copy" -x
    cp -r "$project/$rules" "$copy/$rules"
    sed -i '/-Xplugin:ErrorProne/d; /-Werror/d' "$copy/pom.xml"
}

# named RULE NAME: the failure of RULE must have NAME.
named() {
    violations[$1]+="$2 "
}

# file RULE NAME FILE: standard input is a violation of RULE, whose failure has NAME.
file() {
    named "$1" "$2"
    mkdir -p "$(dirname "$3")"
    cat >"$3"
}

# class RULE MODULE PACKAGE MEMBER: a class with this member is a violation of RULE. It is in a package on which
# nothing depends, so that it adds no cycle.
class() {
    local name
    name=${1^}$(wc -w <<<"${violations[$1]-}")
    file "$1" "$name" "$copy/$2/src/main/java/${3//.//}/wrong/$name.java" \
        <<<"package $3.wrong; public class $name { $4 }"
}

comments() {
    seq -f '// %g' "$1"
}

break_borders() {
    class storageKnowsNoWeb registry-storage io.berth.name 'com.sun.net.httpserver.HttpServer it;'
    class theProtocolKnowsNoStorage registry-api io.berth.http 'io.berth.storage.StoredRegistry it;'
    class onlyTheAssemblerKnowsHowARegistryIsKept registry-app io.berth.logging 'io.berth.storage.StoredRegistry it;'
    class theRoomsOfTheStorageAreEnteredThroughItsFacade registry-app io.berth.app 'io.berth.storage.tag.Tags it;'
    class onlyTheCommandLineStartsTheApplication registry-app io.berth.server 'io.berth.app.BerthVersion it;'
    class onlyTheAssemblerKnowsStores registry-storage io.berth.policy 'io.berth.object.disk.DiskStore it;'
    class storesKnowNoRegistry registry-storage io.berth.object 'io.berth.registry.Registry it;'
    class onlyTheAssemblerStacksPolicies registry-app io.berth.server 'io.berth.policy.ReadOnlyRegistry it;'
    class theCloudIsBehindOneDoor registry-storage io.berth.object.disk 'software.amazon.awssdk.regions.Region it;'
    class theRoomsOfTheS3StoreAreEnteredThroughItsFacade registry-app io.berth.app \
        'io.berth.object.s3.probe.CapabilityProbe it;'
    class healthIsToldByOthers registry-app io.berth.health 'io.berth.object.ObjectStore it;'
    class settingsKnowOnlyTheWordsOfWhatTheySet registry-app io.berth.config 'io.berth.object.ObjectStore it;'
    class whoAsksIsAValue registry-storage io.berth.access 'io.berth.error.RegistryException it;'
    class callersAreBoundWhereWorkBegins registry-storage io.berth.policy 'io.berth.access.CallerScope it;'
    class onlyWorkersStartThreadsForARequest registry-storage io.berth.policy 'java.util.concurrent.Executor it;'
    class onlyWorkersStartThreadsForARequest registry-storage io.berth.policy 'Thread it = new Thread(() -> {});'
    class onlyWorkersStartThreadsForARequest registry-api io.berth.http \
        'Thread it = Thread.startVirtualThread(() -> {});'
    class packagesDoNotGoInCircles registry-storage io.berth.manifest \
        'io.berth.manifest.wrong.wrong.PackagesDoNotGoInCircles1 it;'
    class packagesDoNotGoInCircles registry-storage io.berth.manifest.wrong \
        'io.berth.manifest.wrong.PackagesDoNotGoInCircles0 it;'
}

break_packages() {
    local in=$main/io/berth
    file sayWhatTheyAreFor io.berth.saywhattheyarefor "$in/saywhattheyarefor/package-info.java" \
        <<<'@org.jspecify.annotations.NullMarked package io.berth.saywhattheyarefor;'
    file areNullMarked io.berth.arenullmarked "$in/arenullmarked/Wrong.java" \
        <<<'package io.berth.arenullmarked; class Wrong {}'
    file haveNamesThatSaySomething io.berth.havenamesthatsaysomething.util \
        "$in/havenamesthatsaysomething/util/Wrong.java" \
        <<<'package io.berth.havenamesthatsaysomething.util; class Wrong {}'
    file areBelowTheNameOfTheProduct arebelowthenameoftheproduct "$main/arebelowthenameoftheproduct/Wrong.java" \
        <<<'package arebelowthenameoftheproduct; class Wrong {}'
    file haveFewTypes io.berth.havefewtypes "$in/havefewtypes/Wrong.java" < <(
        echo 'package io.berth.havefewtypes;'
        seq -f 'class Wrong%g {}' 21
    )
    # The number of types that are there may change; these alone are too many.
    file theCompositionIsSmall TheCompositionIsSmall1 \
        "$copy/registry-app/src/main/java/io/berth/app/TheCompositionIsSmall.java" < <(
        echo 'package io.berth.app;'
        seq -f 'class TheCompositionIsSmall%g {}' 9
    )
    file sayEachChoiceOnce io.berth.wrong.SayEachChoiceOnce "$in/wrong/SayEachChoiceOnce.java" \
        <<<'package io.berth.wrong; enum SayEachChoiceOnce { ONE, TWO } enum InAnotherOrder { TWO, ONE }'
}

break_decorators() {
    named areFound AreFound
    sed -i 's/ReadOnlyUpload/AreFound/' "$main/io/berth/policy/ReadOnlyRegistry.java"
    named coverTheirContract coverTheirContract
    sed -i 's/^}$/    default void coverTheirContract() {}\n}/' "$main/io/berth/registry/Registry.java"
}

break_sources() {
    local in=$main/io/berth/wrong
    file filesAreShort FilesAreShort.java "$in/FilesAreShort.java" < <(comments 401)
    file filesOfTestsAreShort FilesOfTestsAreShort.java \
        "$copy/registry-storage/src/test/java/FilesOfTestsAreShort.java" < <(comments 601)
    file methodsAreShort MethodsAreShort.java "$in/MethodsAreShort.java" < <(
        echo 'package io.berth.wrong; class MethodsAreShort {'
        echo 'void isLong() {'
        comments 44
        echo '}}'
    )
    file nothingIsLeftToBeDone docs/left.md "$copy/docs/left.md" <<<"TO""DO"
    file packagesComeFromWhereverTheBuilderSays docs/from.md "$copy/docs/from.md" <<<"py""pi.org"
}

build_copy() {
    cd "$copy"
    if ! ./mvnw -B test -Dspotless.check.skip -Dmaven.test.failure.ignore >"$work/maven"; then
        grep '^\[ERROR\]' "$work/maven" | head -n 30
        return 1
    fi
}

# A line "TestClass.rule" for each rule that ran, and "TestClass.rule<TAB>MESSAGE" for each of its failures.
# An exception that is no AssertionError is an error in the reports, and does not count.
outcomes() {
    awk -F '"' '
        /^ *<testcase / { sub(/.*\./, "", $4); sub(/[^A-Za-z0-9_].*/, "", $2); rule = $4 "." $2; print rule }
        /^ *<failure message=/ { print rule "\t" $2 }
    ' "$copy"/registry-app/target/surefire-reports/TEST-*.xml
}

# seen_red TEST: its failures name every violation of the rule.
seen_red() {
    local names name status=0
    names=${violations[${1#*.}]-}
    if [[ -z $names ]]; then
        echo "NOT RED: fences.sh has no violation of it; add one"
        return 1
    fi
    for name in $names; do
        if ! grep -qwF "$name" < <(grep "^$1"$'\t' "$work/outcomes"); then
            echo "NOT RED: no failure names $name"
            status=1
        fi
    done
    return $status
}

make_copy
break_borders
break_packages
break_decorators
break_sources
check "the copy is built, and its rules have run" build_copy
if ((failed == 0)); then
    outcomes >"$work/outcomes"
    mapfile -t tests < <(cut -f 1 "$work/outcomes" | sort -u)
    for test in "${tests[@]}"; do
        check "$test broken: seen red" seen_red "$test"
    done
    # One that was renamed, and its violation was not.
    for rule in "${!violations[@]}"; do
        grep -q "\.$rule$" "$work/outcomes" || check "$rule, which has a violation, is a rule" false
    done
fi
summary
