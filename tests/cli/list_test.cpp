// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "discover/machine.hpp"
#include "gpupass/core/json.hpp"
#include "support/command.hpp"

namespace gpupass {
namespace {

class List : public ::testing::Test {
 protected:
  [[nodiscard]] test::Said list(const std::vector<std::string>& arguments, const test::Screen& screen = {}) {
    return test::run(cli::list, machine.host, arguments, {}, screen);
  }
  /// The addresses at the start of the lines.
  static std::string addresses(const std::string& table) {
    std::string found;
    for (std::size_t start = 0; start < table.size(); start = table.find('\n', start) + 1) {
      const auto word = table.substr(start, table.find_first_of(" \n", start) - start);
      if (word != "ADDRESS" && word != "(no") found += word + " ";
    }
    return found;
  }

  test::Machine machine;
};

TEST_F(List, ShowsGraphicsCardsWithTheirCompanions) {
  const auto said = list({});
  EXPECT_EQ(said.status, 0);
  EXPECT_EQ(said.err, "");
  EXPECT_EQ(addresses(said.out), "0000:01:00.0 0000:01:00.1 ");
  EXPECT_NE(said.out.find("NVIDIA GH100 [H100 SXM5 80GB]"), std::string::npos);
  EXPECT_NE(said.out.find("boot display"), std::string::npos);
}

TEST_F(List, ShowsEverythingWithAll) {
  EXPECT_EQ(addresses(list({"--all"}).out),
            "0000:00:01.0 0000:00:06.0 0000:00:1f.6 0000:01:00.0 0000:01:00.1 0000:02:00.0 ");
}

TEST_F(List, ShowsWhatSelectorsName) {
  EXPECT_EQ(addresses(list({"02:00", "00:1f.6", "02:00.0"}).out), "0000:00:1f.6 0000:02:00.0 ");
}

TEST_F(List, SaysThatThereIsNoGpu) {
  const auto said = list({}, {});
  machine.tree.remove("/sys/bus/pci/devices/0000:01:00.0");
  EXPECT_NE(list({}).out.find("There is no GPU"), std::string::npos);
  EXPECT_EQ(list({}).status, 0);
}

TEST_F(List, RefusesWhatIsNotThere) {
  EXPECT_EQ(list({"05:00.0"}).status, exit_code(ErrorKind::not_found));
  EXPECT_EQ(list({"01:nonsense"}).status, exit_code(ErrorKind::usage));
  EXPECT_EQ(list({"nonsense"}).status, exit_code(ErrorKind::not_found));
  EXPECT_EQ(list({"--format", "yaml"}).status, exit_code(ErrorKind::usage));
  EXPECT_EQ(list({"05:00.0"}).out, "");
}

TEST_F(List, FitsTheTerminalAndIsOnlyColouredOnOne) {
  for (const int columns : {80, 200}) {
    const auto said = list({"--all"}, {.columns = columns});
    EXPECT_EQ(said.out.find('\x1b'), std::string::npos);
    std::istringstream lines(said.out);
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(line.size(), static_cast<std::size_t>(columns) + 4);
  }
  EXPECT_NE(list({}, {.columns = 80, .colour = true}).out.find("\x1b[1m"), std::string::npos);
}

TEST_F(List, AsJsonHasEveryPart) {
  const auto json = core::Json::parse(list({"--all", "--format", "json"}).out);
  EXPECT_EQ(json.at("schema"), "gpupass.list/2");
  EXPECT_EQ(json.at("devices").size(), 6U);
  EXPECT_EQ(json.at("devices")[3].at("driver"), "nvidia");
  EXPECT_EQ(json.at("groups").size(), 3U);
  EXPECT_EQ(json.at("problems"), core::Json::array());
}

TEST_F(List, SaysWhatCouldNotBeReadInBothForms) {
  const auto folder = test::PciTree::folder_of(machine.gpu);
  machine.tree.file(folder + "/numa_node", "\xff\x1b[2J");
  const auto said = list({});
  EXPECT_NE(said.err.find("numa_node"), std::string::npos);
  EXPECT_EQ(said.err.find('\x1b'), std::string::npos);
  const auto json = core::Json::parse(list({"--format", "json"}).out);
  EXPECT_EQ(json.at("problems").size(), 1U);
}

/// Every file of a machine cut short, emptied, or full of rubbish: the commands still answer.
TEST_F(List, OutlivesHostileTrees) {
  namespace fs = std::filesystem;
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(machine.tree.root())) {
    if (entry.is_regular_file() && !entry.is_symlink()) files.push_back(entry.path());
  }
  const std::vector<std::string> contents = {"",
                                             "\n",
                                             std::string(1, '\0'),
                                             "\xff\xfe\x80\n",
                                             std::string(1U << 20U, 'A'),
                                             "18446744073709551616\n",
                                             "-1\n",
                                             "0x\n",
                                             "\x1b]0;title\x07",
                                             "{\"a\": [\n"};
  for (const auto& content : contents) {
    for (const auto& file : files) {
      machine.tree.file("/" + file.lexically_relative(machine.tree.root()).string(), content);
    }
    const auto said = list({"--all", "--format", "json"});
    EXPECT_EQ(said.status, 0);
    EXPECT_EQ(core::Json::parse(said.out).at("devices").size(), 6U);
    EXPECT_FALSE(core::Json::parse(said.out).at("problems").empty());
    EXPECT_EQ(list({"--all"}).out.find_first_of("\x1b\x07"), std::string::npos);
    EXPECT_EQ(test::run(cli::groups, machine.host, {"--all"}).err.find_first_of("\x1b\x07"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace gpupass
