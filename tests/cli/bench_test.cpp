// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass bench: compare, report, import, export on files.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gpupass/cli/command.hpp"
#include "study/report/sides.hpp"
#include "support/command.hpp"
#include "support/golden.hpp"

namespace gpupass {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

/// A folder of runs of each side, and what commands say of them.
class Bench : public testing::Test {
 protected:
  Bench()
      : folder_(fs::path(testing::TempDir()) /
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    keep("host", test::side("host", test::steady(), measure));
    keep("guest", test::side("guest", test::steady_too(), measure));
    keep("slow", test::side("guest", test::steady_too(1.2), measure));
    keep("few", test::side("guest", {1}, measure));
  }
  ~Bench() override { fs::remove_all(folder_); }

  static std::vector<bench::Measurement> measure(double factor) {
    return {test::bandwidth("h2d.pinned", 55e9 / factor), test::bandwidth("d2h.pinned", 54e9),
            test::latency("sync.spin", 1e-5 * factor)};
  }

  void keep(const std::string& name, const bench::Side& side) const {
    fs::create_directories(folder_ / name);
    for (std::size_t i = 0; i < side.runs.size(); ++i)
      write(name + "/" + std::to_string(i) + ".json", bench::to_json(side.runs[i]).dump());
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  [[nodiscard]] std::string at(const std::string& name) const { return (folder_ / name).string(); }

  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  test::Said bench(const std::vector<std::string>& arguments) {
    return test::run(cli::bench, host_, arguments);
  }

  fs::path folder_;
  Host host_;
};

TEST_F(Bench, CompareEndsWithTheAnswer) {
  EXPECT_EQ(bench({"compare", at("host"), "--", at("guest")}).status, 0);
  EXPECT_EQ(bench({"compare", at("host"), "--", at("slow")}).status, 13);
  EXPECT_EQ(bench({"compare", at("host"), "--", at("few")}).status, 14);
}

TEST_F(Bench, CompareNamesTheSidesByTheirRoles) {
  const auto said = bench({"compare", at("host"), "--", at("slow")});
  EXPECT_THAT(said.out, testing::StartsWith("Outside the margin: guest is 20"));
  const auto same = bench({"compare", at("guest"), "--", at("slow")});
  EXPECT_THAT(same.out, testing::StartsWith("Outside the margin: candidate is 20"));
}

TEST_F(Bench, CompareTakesOptionsOnBothSidesOfTheSeparator) {
  for (const auto& arguments :
       {std::vector<std::string>{"compare", "--margin", "30%", "--margin-latency=30%", at("host"), "--",
                                 at("slow")},
        {"compare", at("host"), "--", at("slow"), "--margin", "0.3", "--margin-latency", "0.3"}})
    EXPECT_EQ(bench(arguments).status, 0);
}

TEST_F(Bench, CompareTakesWhatFits) {
  const auto some = bench({"compare", at("host"), "--", at("slow"), "--filter", "d2h.*"});
  EXPECT_EQ(some.status, 0);
  EXPECT_THAT(some.out, Not(HasSubstr("h2d.pinned")));
  const auto group = bench({"compare", at("host"), "--", at("slow"), "--group", "latency"});
  EXPECT_THAT(group.out, HasSubstr("sync.spin"));
  EXPECT_THAT(group.out, Not(HasSubstr("pinned")));
  EXPECT_EQ(bench({"compare", at("host"), "--", at("slow"), "--group", "speed"}).status, 2);
}

TEST_F(Bench, CompareJudgesTheControlWhateverIsAskedAbout) {
  const auto with_control = [](double factor) {
    return std::vector{test::bandwidth("h2d.pinned", 55e9), test::latency("sync.spin", 1e-5),
                       test::bandwidth("hbm.copy", 3e12 / factor, bench::Group::device)};
  };
  keep("one-clock", test::side("host", test::steady(), with_control));
  keep("another", test::side("guest", test::steady_too(1.2), with_control));
  const std::vector<std::string> sides = {"compare", at("one-clock"), "--", at("another")};
  for (const auto& wanted :
       std::vector<std::vector<std::string>>{{},
                                             {"--group", "transfer"},
                                             {"--filter", "h2d.*"},
                                             {"--group", "latency", "--filter", "*.spin"}}) {
    auto arguments = sides;
    arguments.insert(arguments.end(), wanted.begin(), wanted.end());
    const auto said = bench(arguments);
    EXPECT_EQ(said.status, 14) << testing::PrintToString(wanted);
    EXPECT_THAT(said.out, HasSubstr("the card itself is not shown to be the same"));
  }
  auto controls = sides;
  controls.insert(controls.end(), {"--filter", "hbm.*"});
  EXPECT_EQ(bench(controls).status, 13);  // what is asked about itself
  EXPECT_EQ(bench({"report", at("one-clock"), "--filter", "h2d.*", "-o", at("r.md")}).status, 0);
  EXPECT_THAT(read("r.md"), Not(HasSubstr("hbm.copy")));  // nothing is compared
}

TEST_F(Bench, CompareAndReportSayWhereNoCaseFits) {
  for (const auto& arguments :
       {std::vector<std::string>{"compare", at("host"), "--", at("guest"), "--filter", "nosuch*"},
        {"compare", at("host"), "--", at("guest"), "--group", "pci"},
        {"report", at("host"), "-o", at("r.md"), "--filter", "nosuch*"}}) {
    const auto said = bench(arguments);
    EXPECT_EQ(said.status, 3);
    EXPECT_THAT(said.err, HasSubstr("no case fits"));
  }
}

TEST_F(Bench, ComparePrintsForPrograms) {
  const auto said = bench({"compare", at("host"), "--", at("slow"), "--format", "json"});
  EXPECT_EQ(said.status, 13);
  const auto json = nlohmann::json::parse(said.out);
  EXPECT_EQ(json["schema"], "gpupass.bench.comparison/1");
  EXPECT_EQ(json["answer"], "outside");
  EXPECT_THAT(bench({"compare", at("host"), "--", at("slow"), "--format", "csv"}).out,
              HasSubstr("\r\nh2d.pinned,median,transfer,"));
  EXPECT_THAT(bench({"compare", at("host"), "--", at("slow"), "--format", "markdown"}).out,
              HasSubstr("| h2d.pinned |"));
}

TEST_F(Bench, CompareSetsSeveralBesideOneBaseline) {
  keep("third", test::side("docker", test::steady_too(), [](double factor) {
         return std::vector<bench::Measurement>{test::bandwidth("h2d.pinned", 55e9 / factor)};
       }));
  const std::vector<std::string> sides{"compare", at("host"), "--", at("slow"), "--", at("third")};
  const auto with = [&](const std::vector<std::string>& more) {
    auto words = sides;
    words.insert(words.end(), more.begin(), more.end());
    return bench(words);
  };
  const auto text = with({});
  EXPECT_EQ(text.status, 13);  // of several the worst
  EXPECT_THAT(text.out, HasSubstr("What does each cost"));
  EXPECT_THAT(text.out, HasSubstr("== docker beside host =="));
  const auto json = nlohmann::json::parse(with({"--format", "json"}).out);
  EXPECT_EQ(json["schema"], "gpupass.bench.comparisons/1");
  EXPECT_EQ(json["answer"], "outside");
  ASSERT_EQ(json["comparisons"].size(), 2U);
  EXPECT_EQ(json["comparisons"][1]["candidate"]["name"], "docker");
  EXPECT_THAT(with({"--format", "csv"}).out, HasSubstr("\r\ndocker,h2d.pinned,median,transfer,"));
  EXPECT_THAT(with({"--format", "markdown"}).out, HasSubstr("# docker beside host"));
  const auto report = bench({"report", at("host"), "--", at("slow"), "--", at("third"), "-o", at("r.html")});
  EXPECT_EQ(report.status, 0) << report.err;
  EXPECT_THAT(read("r.html"), HasSubstr("What each costs beside host"));
}

TEST_F(Bench, CompareRefusesWhatItCannotUnderstand) {
  for (const auto& arguments : {std::vector<std::string>{"compare", at("host"), at("guest")},
                                {"compare", at("host"), "--"},
                                {"compare", "--", at("guest")},
                                {"compare", at("host"), "--", at("guest"), "--"},
                                {"report", at("host"), "--", "--", at("guest"), "-o", at("r.md")},
                                {"compare", at("host"), "--", at("guest"), "--margin", "much"},
                                {"compare", at("host"), "--", at("guest"), "--margin", "0"},
                                {"compare", at("host"), "--", at("guest"), "--format", "poem"},
                                {"measure"},
                                {}})
    EXPECT_EQ(bench(arguments).status, 2);
}

TEST_F(Bench, RunsOfHostAndGuestAreNotPooled) {
  for (const auto& arguments : {std::vector<std::string>{"report", at("host"), at("guest"), "-o", at("r.md")},
                                {"compare", at("host"), at("guest"), "--", at("slow")},
                                {"compare", at("host"), "--", at("guest"), at("host/3.json")}}) {
    const auto said = bench(arguments);
    EXPECT_EQ(said.status, 2);
    EXPECT_THAT(said.err, HasSubstr("one side has runs of different roles: "));
    EXPECT_THAT(said.err, HasSubstr(at("host/")));
    EXPECT_THAT(said.err, HasSubstr(at("guest/")));
  }
  EXPECT_FALSE(fs::exists(at("r.md")));
}

TEST_F(Bench, ARunIsNotComparedWithItself) {
  write("copy.json", nlohmann::json::parse(read("host/3.json")).dump(7));
  fs::create_symlink(at("host"), at("link"));
  fs::create_symlink("host/3.json", at("link.json"));
  for (const auto* const side :
       {"host", "host/3.json", "host/../host/3.json", "copy.json", "link", "link.json"}) {
    const auto said = bench({"compare", at("host"), "--", at(side)});
    EXPECT_EQ(said.status, 2) << side;
    EXPECT_THAT(said.err, HasSubstr("the same run is on both sides of --: " + at("host/"))) << side;
    EXPECT_EQ(bench({"report", at(side), "--", at("host"), "-o", at("r.md")}).status, 2) << side;
  }
  EXPECT_FALSE(fs::exists(at("r.md")));
}

TEST_F(Bench, NamesTheFileThatIsNoRun) {
  write("guest/5.json", "{\"schema\": \"other/1\"}");
  const auto said = bench({"compare", at("host"), "--", at("guest")});
  EXPECT_EQ(said.status, 8);
  EXPECT_THAT(said.err, HasSubstr("guest/5.json"));
  EXPECT_THAT(said.err, HasSubstr("schema"));
  EXPECT_EQ(bench({"compare", at("host"), "--", at("nowhere")}).status, 3);
  fs::create_directories(folder_ / "empty");
  EXPECT_EQ(bench({"compare", at("host"), "--", at("empty")}).status, 3);
}

TEST_F(Bench, SaysWhereRunsComeFrom) {
  write("text.json", "host 0.1 guest 0.2");
  write("other.json", "{\"schema\": \"gpupass.list/2\"}");
  fs::create_directories(folder_ / "empty");
  const std::string measured = "`gpupass bench run --out FILE` measures a run";
  const std::string written = "a run is what `gpupass bench run --out FILE` or gpupass-bench wrote";
  for (const auto& [file, remedy] : {std::pair{"nowhere", measured},
                                     {"nowhere.json", measured},
                                     {"empty", measured},
                                     {"text.json", written},
                                     {"other.json", written}}) {
    for (const auto& arguments :
         std::vector<std::vector<std::string>>{{"compare", at(file), "--", at("guest")},
                                               {"compare", at("host"), "--", at(file)},
                                               {"report", at(file), "-o", at("r.md")},
                                               {"export", "benchstat", at(file)}}) {
      const auto said = bench(arguments);
      EXPECT_NE(said.status, 0);
      EXPECT_THAT(said.err, HasSubstr(file));
      EXPECT_THAT(said.err, HasSubstr(remedy)) << arguments.front() << " " << file;
    }
  }
  EXPECT_THAT(bench({"compare", at("nowhere")}).err, HasSubstr(measured));
  EXPECT_THAT(bench({"compare"}).err, HasSubstr(measured));
  EXPECT_THAT(bench({"export", "benchstat"}).err, HasSubstr(measured));
  for (const auto* const file : {"nowhere", "text.json"})
    EXPECT_THAT(bench({"import", "nvbandwidth", at(file)}).err, HasSubstr("nvbandwidth --json")) << file;
}

TEST_F(Bench, PeopleAreToldThatItIsTooUncertainAndProgramsThatItIsInconclusive) {
  for (const auto& [format, people] : {std::pair{"text", true}, {"markdown", true}, {"json", false}}) {
    const auto said = bench({"compare", at("host"), "--", at("slow"), "--margin", "0.2", "--margin-latency",
                             "0.2", "--format", format});
    EXPECT_EQ(said.status, 14) << said.err;
    EXPECT_EQ(said.out.find("inconclusive") == std::string::npos, people) << format << said.out;
    EXPECT_THAT(said.out, HasSubstr(people ? "oo uncertain to tell" : "inconclusive")) << format;
  }
}

TEST_F(Bench, CountsARunOnce) {
  const auto said = bench({"compare", at("host"), at("host/3.json"), "--", at("guest")});
  EXPECT_EQ(said.status, 8);
  EXPECT_THAT(said.err, HasSubstr("is a run that was already read"));
}

TEST_F(Bench, ReportIsWrittenInTheFormOfItsName) {
  for (const auto& [name, begin] :
       std::vector<std::pair<std::string, std::string>>{{"r.html", "<!DOCTYPE html>"},
                                                        {"r.md", "# What was measured"},
                                                        {"r.csv", "case,"},
                                                        {"r.json", "{"},
                                                        {"r.txt", "Within the margin"}}) {
    EXPECT_EQ(bench({"report", at("host"), "--", at("guest"), "-o", at(name)}).status, 0) << name;
    EXPECT_THAT(read(name), testing::StartsWith(begin)) << name;
  }
  EXPECT_EQ(bench({"report", at("host"), "-o", at("r.pdf")}).status, 2);
  EXPECT_EQ(bench({"report", at("host")}).status, 2);
  EXPECT_EQ(bench({"report", "-o", at("r.md")}).status, 2);
}

TEST_F(Bench, ReportMayBeOfOneSide) {
  EXPECT_EQ(bench({"report", at("host"), "-o", at("r.md")}).status, 0);
  EXPECT_THAT(read("r.md"), HasSubstr("host: 10 runs, not compared with anything."));
}

TEST_F(Bench, ReportCanBeReadByOthers) {
  const auto mask = umask(022);
  EXPECT_EQ(bench({"report", at("host"), "-o", at("r.md")}).status, 0);
  umask(mask);
  EXPECT_EQ(fs::status(folder_ / "r.md").permissions(), fs::perms{0644});
}

/// --root says which machine is looked at; what the user names is this machine's.
TEST_F(Bench, WritesNothingIntoTheTreeOfACapturedMachine) {
  fs::create_directories(folder_ / "copy/sys");
  fs::create_directory_symlink(folder_ / "copy", folder_ / "way");
  Host captured(folder_ / "copy");
  ASSERT_TRUE(captured.captured());
  const auto report = [&](const std::string& output) {
    return test::run(cli::bench, captured, {"report", at("host"), "-o", output});
  };
  for (const auto* const inside : {"copy/r.md", "copy/new/r.md", "way/sys/r.md", "slow/../copy/r.md"}) {
    const auto said = report(at(inside));
    EXPECT_EQ(said.status, 5) << inside;
    EXPECT_THAT(said.err, HasSubstr("in the tree of --root")) << inside;
  }
  EXPECT_EQ(std::distance(fs::recursive_directory_iterator(folder_ / "copy"), {}), 1);
  EXPECT_EQ(report(at("r.md")).status, 0);
  EXPECT_THAT(read("r.md"), HasSubstr("host: 10 runs"));
}

TEST_F(Bench, ImportMakesARunThatCanBeCompared) {
  const auto from = test::fixture("study/formats/nvbandwidth.json").string();
  const auto said =
      bench({"import", "nvbandwidth", from, "--buffer", "256", "--role", "host", "-o", at("nv.json")});
  EXPECT_EQ(said.status, 0) << said.err;
  const auto run = bench::run_from_json(read("nv.json"));
  ASSERT_TRUE(run);
  EXPECT_EQ(run->role, "host");
  EXPECT_THAT(bench({"import", "nvbandwidth", from}).out, HasSubstr("\"bytes\": 536870912"));
  EXPECT_EQ(bench({"import", "other", from}).status, 2);
  EXPECT_EQ(bench({"import", "nvbandwidth", from, "--buffer", "0"}).status, 2);
  EXPECT_EQ(bench({"import", "nvbandwidth", at("host/0.json")}).status, 8);
}

TEST_F(Bench, ExportWritesForOtherTools) {
  const auto google = bench({"export", "google-benchmark", at("host")});
  EXPECT_EQ(nlohmann::json::parse(google.out)["benchmarks"].size(), 30U);
  EXPECT_EQ(bench({"export", "benchstat", at("host"), "-o", at("host.txt")}).status, 0);
  EXPECT_THAT(read("host.txt"), HasSubstr("BenchmarkSync.spin 3 "));
  EXPECT_EQ(bench({"export", "spreadsheet", at("host")}).status, 2);
  EXPECT_EQ(bench({"export", "benchstat"}).status, 2);
}

TEST_F(Bench, ExplainsItself) {
  const auto said = bench({"--help"});
  EXPECT_EQ(said.status, 0);
  for (const auto* const action : {"run", "compare", "report", "import", "export"}) {
    EXPECT_THAT(said.out, HasSubstr(std::string("\n  ") + action));
    EXPECT_THAT(bench({action, "--help"}).out, HasSubstr(std::string("usage: gpupass bench ") + action));
  }
}

TEST_F(Bench, RunNamesAProgramThatIsNotThere) {
  const auto said = bench({"run", "--program", at("nothing"), "--quick"});
  EXPECT_EQ(said.status, 3);
  EXPECT_THAT(said.err, HasSubstr(at("nothing")));
}

}  // namespace
}  // namespace gpupass
