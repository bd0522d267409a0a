// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/durable_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "support/tree.hpp"
#include "sys/programs.hpp"

namespace gpupass::sys {
namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777U;
}

TEST(DurableFile, WritesAppendsAndRemovesForItsOwnerOnly) {
  test::Tree tree;
  const auto file = tree.at("/var/lib/gpupass/journal/one");
  ASSERT_TRUE(write_durably(file, "first\n"));
  ASSERT_TRUE(append_line_durably(file, "second"));
  EXPECT_EQ(tree.text("/var/lib/gpupass/journal/one"), "first\nsecond\n");
  EXPECT_EQ(mode_of(file), 0600U);
  EXPECT_EQ(mode_of(file.parent_path()), 0755U) << "whoever looks may see that there is one";
  EXPECT_EQ(test::snapshot(file.parent_path()), "one: first\nsecond\n\n") << "no temporary file is left";
  ASSERT_TRUE(remove_durably(file));
  EXPECT_TRUE(remove_durably(file)) << "one that is gone is no error";
}

/// Runs it with this umask.
template <class Function>
void with_umask(mode_t mask, Function function) {
  const auto before = umask(mask);
  function();
  umask(before);
}

TEST(DurableFile, FoldersOfItsOwnAreForAllToEnterWhateverTheUmask) {
  test::Tree tree;
  with_umask(0077, [&] { EXPECT_TRUE(write_durably(tree.at("/var/lib/gpupass/holds/one"), "x", 0644)); });
  for (const auto* const folder : {"/var", "/var/lib/gpupass", "/var/lib/gpupass/holds"})
    EXPECT_EQ(mode_of(tree.at(folder)), 0755U) << folder;
  EXPECT_EQ(mode_of(tree.at("/var/lib/gpupass/holds/one")), 0644U);
  ASSERT_EQ(chmod(tree.at("/var/lib/gpupass").c_str(), 0700), 0);
  ASSERT_TRUE(write_durably(tree.at("/var/lib/gpupass/holds/two"), "x"));
  EXPECT_EQ(mode_of(tree.at("/var/lib/gpupass")), 0700U) << "an admin's mode stays";
}

TEST(DurableFile, WhatAUserNamedHasTheModesOfTheUmask) {
  test::Tree tree;
  with_umask(0027, [&] { EXPECT_TRUE(write_output(tree.at("/out/runs/one.json"), "x", {})); });
  EXPECT_EQ(mode_of(tree.at("/out")), 0750U);
  EXPECT_EQ(mode_of(tree.at("/out/runs")), 0750U);
  EXPECT_EQ(mode_of(tree.at("/out/runs/one.json")), 0640U);
}

TEST(DurableFile, WhatAUserNamedIsNotWrittenIntoACapturedMachine) {
  test::Tree tree;
  tree.dir("/copy/var").dir("/elsewhere").link("/way", tree.at("/copy/var").string());
  const auto before = test::snapshot(tree.root());
  for (const auto* const path : {"/copy/report.html", "/copy/new/report.html", "/way/report.html",
                                 "/elsewhere/../copy/var/report.html"}) {
    const auto result = write_output(tree.at(path), "x", tree.at("/copy"));
    ASSERT_FALSE(result) << path;
    EXPECT_EQ(result.error().kind, ErrorKind::refused) << path;
    EXPECT_EQ(test::snapshot(tree.root()), before) << path;
  }
  EXPECT_TRUE(write_output(tree.at("/elsewhere/report.html"), "x", tree.at("/copy")));
}

/// A disk with room for ten bytes a file, as far as a process can have one.
int append_to_a_full_disk(const std::filesystem::path& file) {
  signal(SIGXFSZ, SIG_IGN);
  const rlimit ten{10, 10};
  if (setrlimit(RLIMIT_FSIZE, &ten) != 0) return 2;
  return append_line_durably(file, "a second line") ? 3 : 1;
}

TEST(DurableFile, HasNoHalfOfWhatDidNotFit) {
  test::Tree tree;
  const auto file = tree.at("/journal");
  ASSERT_TRUE(write_durably(file, "first\n"));
  EXPECT_EXIT(_exit(append_to_a_full_disk(file)), testing::ExitedWithCode(1), "");
  EXPECT_EQ(tree.text("/journal"), "first\n");
}

TEST(DurableFile, CutsOffALineThatNeverGotWhole) {
  test::Tree tree;
  tree.file("/journal", "first\n{\"torn\": ");
  ASSERT_TRUE(append_line_durably(tree.at("/journal"), "second"));
  EXPECT_EQ(tree.text("/journal"), "first\nsecond\n");
  tree.file("/torn", std::string(10000, 'x'));
  ASSERT_TRUE(append_line_durably(tree.at("/torn"), "line"));
  EXPECT_EQ(tree.text("/torn"), "line\n");
  EXPECT_EQ(append_line_durably(tree.at("/absent"), "x").error().kind, ErrorKind::not_found);
}

TEST(DurableFile, WritesThroughNothingThatOthersPutThere) {
  test::Tree tree;
  tree.file("/victim", "precious").file("/folder/file.new", "somebody's");
  tree.link("/folder/file", "target").file("/folder/target", "old");
  for (int i = 0; i < 3; ++i) {
    const auto guess = "/folder/.file.gpupass-" + std::to_string(getpid()) + "-" + std::to_string(i);
    tree.link(guess, tree.at("/victim").string());
  }
  ASSERT_TRUE(write_durably(tree.at("/folder/file"), "new", 0644));
  EXPECT_EQ(tree.text("/victim"), "precious");
  EXPECT_EQ(tree.text("/folder/file.new"), "somebody's");
  EXPECT_TRUE(std::filesystem::is_symlink(tree.at("/folder/file"))) << "a link stays one";
  EXPECT_EQ(tree.text("/folder/target"), "new");
  EXPECT_EQ(mode_of(tree.at("/folder/target")), 0644U);
}

TEST(DurableFile, RootFollowsNoLinkOfAnOrdinaryUser) {
  if (geteuid() != 0) GTEST_SKIP() << "takes root";
  test::Tree tree;
  tree.file("/victim", "precious").link("/report", "victim").link("/folder", "/etc");
  constexpr uid_t k_user = 65534;
  ASSERT_EQ(lchown(tree.at("/report").c_str(), k_user, k_user), 0);
  ASSERT_EQ(lchown(tree.at("/folder").c_str(), k_user, k_user), 0);
  EXPECT_EQ(write_durably(tree.at("/report"), "x").error().kind, ErrorKind::refused);
  EXPECT_EQ(write_durably(tree.at("/folder/gpupass-test"), "x").error().kind, ErrorKind::refused);
  EXPECT_EQ(tree.text("/victim"), "precious");
}

TEST(DurableFile, ClearsWhatAKilledOneLeftAndNothingElse) {
  test::Tree tree;
  tree.file("/etc/.file.gpupass-1-0", "half").file("/etc/.other.gpupass-1-0", "of another file");
  const auto busy = tree.at("/etc/.file.gpupass-2-0");
  tree.file("/etc/.file.gpupass-2-0", "being written");
  const int writer = open(busy.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(flock(writer, LOCK_EX), 0);
  ASSERT_TRUE(write_durably(tree.at("/etc/file"), "whole"));
  close(writer);
  EXPECT_FALSE(std::filesystem::exists(tree.at("/etc/.file.gpupass-1-0")));
  EXPECT_TRUE(std::filesystem::exists(busy));
  EXPECT_TRUE(std::filesystem::exists(tree.at("/etc/.other.gpupass-1-0")));
}

TEST(DurableFile, ClearsAFolderOfThemAndLeavesWhatOnlyLooksLikeThem) {
  test::Tree tree;
  tree.file("/etc/.a.gpupass-1-0").file("/etc/.b.gpupass-22-3");
  tree.file("/etc/.c.gpupass-notes").file("/etc/d.gpupass-1-0").file("/etc/.gpupass-1-0");
  clear_leftovers(tree.at("/etc"));
  EXPECT_EQ(test::snapshot(tree.at("/etc")), ".c.gpupass-notes: \n.gpupass-1-0: \nd.gpupass-1-0: \n");
}

TEST(DurableFile, LeavesWhatIsSomebodyElses) {
  if (geteuid() != 0) GTEST_SKIP() << "takes root";
  test::Tree tree;
  tree.file("/etc/.a.gpupass-1-0");
  constexpr uid_t k_user = 65534;
  ASSERT_EQ(chown(tree.at("/etc/.a.gpupass-1-0").c_str(), k_user, k_user), 0);
  clear_leftovers(tree.at("/etc"));
  EXPECT_TRUE(std::filesystem::exists(tree.at("/etc/.a.gpupass-1-0")));
}

TEST(DurableFile, ALockIsNoLink) {
  test::Tree tree;
  tree.dir("/run").link("/run/one.lock", tree.at("/victim").string());
  EXPECT_FALSE(open_private(tree.at("/run/one.lock")));
  EXPECT_FALSE(std::filesystem::exists(tree.at("/victim")));
}

TEST(DurableFile, NothingIsWrittenOverWhatIsNoFile) {
  test::Tree tree;
  tree.dir("/folder");
  EXPECT_EQ(write_durably(tree.at("/folder"), "x").error().kind, ErrorKind::refused);
  ASSERT_EQ(mkfifo(tree.at("/pipe").c_str(), 0600), 0);
  EXPECT_EQ(write_durably(tree.at("/pipe"), "x").error().kind, ErrorKind::refused);
}

TEST(DurableFile, RenamesOverNothing) {
  test::Tree tree;
  tree.file("/a", "a").file("/b", "b");
  EXPECT_FALSE(rename_durably(tree.at("/a"), "b"));
  ASSERT_TRUE(rename_durably(tree.at("/a"), "c"));
  EXPECT_EQ(tree.text("/b"), "b");
  EXPECT_EQ(tree.text("/c"), "a");
}

TEST(ProgramsOfRoot, WhatAnOrdinaryUserCanChangeIsNamed) {
  if (geteuid() != 0) GTEST_SKIP() << "takes root";
  EXPECT_TRUE(refuse_what_others_can_write("/bin/sh"));
  test::Tree tree;
  tree.file("/opt/bin/gpupass", "");
  const auto program = tree.at("/opt/bin/gpupass");
  ASSERT_TRUE(refuse_what_others_can_write(program))
      << describe(refuse_what_others_can_write(program).error());
  const auto refused = [&] { return refuse_what_others_can_write(program).error().what; };
  constexpr uid_t k_user = 65534;
  ASSERT_EQ(chmod(program.c_str(), 0757), 0);
  EXPECT_NE(refused().find("everybody can write"), std::string::npos) << refused();
  ASSERT_EQ(chmod(program.c_str(), 0755), 0);
  ASSERT_EQ(chown(tree.at("/opt").c_str(), k_user, k_user), 0);
  EXPECT_NE(refused().find("/opt: it belongs to user"), std::string::npos) << refused();
  ASSERT_EQ(chown(tree.at("/opt").c_str(), 0, k_user), 0);
  ASSERT_EQ(chmod(tree.at("/opt").c_str(), 0775), 0);
  EXPECT_NE(refused().find("group 65534"), std::string::npos) << refused();
}

TEST(DurableFile, SaysWhichFileFailed) {
  test::Tree tree;
  tree.file("/var/lib", "a file where a folder should be");
  const auto result = write_durably(tree.at("/var/lib/x"), "text");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().what.find("/var/lib"), std::string::npos);
}

}  // namespace
}  // namespace gpupass::sys
