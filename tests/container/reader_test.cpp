// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/container/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gpupass/container/reader_look.hpp"
#include "support/fake_kernel.hpp"

namespace gpupass::container {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Readers, HaveTheirNames) {
  EXPECT_EQ(reader_named("cri-o"), Reader::crio);
  EXPECT_EQ(reader_named("lxc"), std::nullopt);
  EXPECT_EQ(reader_names(), "docker, podman, containerd, cri-o");
}

struct Said {
  const char *text, *version;
};
class Versions : public testing::TestWithParam<Said> {};
TEST_P(Versions, AreInWhatTheProgramSays) {
  EXPECT_EQ(version_in(GetParam().text), GetParam().version);
}
INSTANTIATE_TEST_SUITE_P(Programs, Versions,
                         testing::Values(Said{"Docker version 20.10.24+dfsg1, build 297e128", "20.10.24"},
                                         Said{"podman version 4.3.1\n", "4.3.1"},
                                         Said{"containerd github.com/containerd/containerd v1.7.16 83031836",
                                              "1.7.16"},
                                         Said{"crio version 1.30.0\nVersion: 1.30.0\n", "1.30.0"},
                                         Said{"", ""}, Said{"no version . here, 5", ""}));

struct Case {
  ReaderFacts facts;
  const char* cannot;  // a part of it
  const char* to_do;   // of the only one; empty: none
};
class Answers : public testing::TestWithParam<Case> {};
TEST_P(Answers, SayWhatHasToBeDone) {
  const auto answer = answer_of(GetParam().facts);
  EXPECT_THAT(answer.cannot, HasSubstr(GetParam().cannot));
  EXPECT_EQ(answer.cannot.empty(), *GetParam().cannot == '\0');
  if (*GetParam().to_do == '\0')
    EXPECT_THAT(answer.to_do, IsEmpty());
  else
    EXPECT_THAT(answer.to_do, ElementsAre(HasSubstr(GetParam().to_do)));
}
INSTANTIATE_TEST_SUITE_P(
    Readers, Answers,
    testing::Values(
        Case{{Reader::docker, "20.10.24"}, "Docker 20.10.24 does not read CDI files; 25.0 and later do", ""},
        Case{{Reader::docker, "25.0.5"}, "", R"("features": {"cdi": true})"},
        Case{{Reader::docker, "25.0.5", false, {}, true}, "", ""}, Case{{Reader::docker, "28.3.0"}, "", ""},
        Case{{Reader::docker, "28.3.0", false, {}, false}, "", "once that is switched on"},
        Case{{Reader::docker, "", true}, "", "Docker is not installed here"},
        Case{{Reader::podman, "4.3.1"}, "", ""},
        Case{{Reader::podman, "4.0.9"}, "does not read CDI files", ""},
        Case{{Reader::podman, ""}, "", "does not say its version"},
        Case{{Reader::containerd, "1.6.20"}, "containerd 1.6.20 does not read CDI files", ""},
        Case{{Reader::containerd, "1.7.0"}, "", "enable_cdi = true"},
        Case{{Reader::containerd, "2.1.0"}, "", ""}, Case{{Reader::crio, "1.22.0"}, "1.23", ""},
        Case{{Reader::crio, "1.30.0"}, "", ""}));

TEST(Readers, ReadTheFoldersThatTheirConfigurationNames) {
  EXPECT_THAT(answer_of({Reader::podman, "5.0"}).folders, ElementsAre("/etc/cdi", "/var/run/cdi"));
  EXPECT_THAT(answer_of({Reader::podman, "5.0", false, {"/srv/cdi"}}).folders, ElementsAre("/srv/cdi"));
}

TEST(Toml, ValuesBehindAKey) {
  EXPECT_EQ(toml_values("# enable_cdi = true\nenable_cdi_x = false\n", "enable_cdi"), std::nullopt);
  EXPECT_THAT(*toml_values("[a]\n  enable_cdi = false # why\n[b]\nenable_cdi=true", "enable_cdi"),
              ElementsAre("true"));
  EXPECT_THAT(*toml_values("d = [\n  \"/etc/cdi\", # one\n  '/srv/cdi',\n]\nx = 1\n", "d"),
              ElementsAre("/etc/cdi", "/srv/cdi"));
  EXPECT_THAT(*toml_values("d = []\n", "d"), IsEmpty());
  EXPECT_THAT(*toml_values("d = [\n\"/never/closed\"\n", "d"), ElementsAre("/never/closed"));
}

class ReaderLook : public testing::Test {
 protected:
  ReaderFacts look(Reader reader, const std::string& said) {
    kernel.on_run = [&](const Program& program) -> std::optional<ProgramEnd> {
      if (program.argv.front() != program_of(reader)) return std::nullopt;
      return ProgramEnd{0, said, ""};
    };
    return look_at_reader(kernel, reader).value();
  }
  test::Tree tree;
  test::FakeKernel kernel{tree};
};

TEST_F(ReaderLook, FromItsOwnFilesAndProgram) {
  EXPECT_EQ(look(Reader::docker, "Docker version 27.0.1, build 1"), (ReaderFacts{Reader::docker, "27.0.1"}));
  tree.file("/etc/docker/daemon.json",
            R"({"features": {"cdi": true}, "cdi-spec-dirs": ["/srv/cdi", "relative"]})");
  EXPECT_EQ(look(Reader::docker, "Docker version 27.0.1, build 1"),
            (ReaderFacts{Reader::docker, "27.0.1", false, {"/srv/cdi"}, true}));
  tree.file("/etc/containerd/config.toml", "[plugins.\"io.containerd.grpc.v1.cri\"]\n  enable_cdi = false\n");
  EXPECT_EQ(look(Reader::containerd, "containerd x v1.7.3 y").enabled, false);
  tree.file("/etc/crio/crio.conf", "cdi_spec_dirs = [\"/a\"]\n")
      .file("/etc/crio/crio.conf.d/10.conf", "cdi_spec_dirs = [\"/b\"]\n");
  EXPECT_THAT(look(Reader::crio, "crio version 1.30.0").folders, ElementsAre("/b"));
  kernel.on_run = [](const Program&) { return std::optional<ProgramEnd>(); };
  EXPECT_TRUE(look_at_reader(kernel, Reader::podman)->missing);
}

TEST_F(ReaderLook, AConfigurationThatIsNoneIsAnError) {
  for (const auto* const text : {"{", R"({"features": {"cdi": "yes"}})", R"({"cdi-spec-dirs": 5})"}) {
    tree.file("/etc/docker/daemon.json", text);
    const auto facts = look_at_reader(kernel, Reader::docker);
    ASSERT_FALSE(facts) << text;
    EXPECT_EQ(facts.error().kind, ErrorKind::invalid);
    EXPECT_THAT(facts.error().what, HasSubstr("/etc/docker/daemon.json"));
  }
}

TEST_F(ReaderLook, ACapturedMachinesProgramsAreNotRun) {
  Host captured(tree.root());
  EXPECT_EQ(look_at_reader(captured, Reader::docker).value(), (ReaderFacts{Reader::docker}));
}

}  // namespace
}  // namespace gpupass::container
