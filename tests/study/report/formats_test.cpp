// SPDX-License-Identifier: GPL-2.0-or-later
// A report in each of its forms: as expected texts, and HTML by what must hold of it.
#include "gpupass/study/report/formats.hpp"

#include <gmock/gmock.h>

#include <regex>
#include <set>

#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"
#include "study/report/figures.hpp"
#include "study/report/sides.hpp"
#include "support/golden.hpp"

namespace gpupass::study {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(Forms, AreAsExpected) {
  const auto report = test::report_of_everything();
  test::expect_golden("study/report/expected/everything.txt", to_text({report}, 110, false));
  test::expect_golden("study/report/expected/everything.md", to_markdown({report}));
  test::expect_golden("study/report/expected/everything.csv", to_csv({report}));
  test::expect_golden("study/report/expected/everything.json", to_json({report}).dump(2) + "\n");
}

TEST(Forms, OfSeveralAreAsExpected) {
  const auto reports = test::reports_of_three();
  test::expect_golden("study/report/expected/three.txt", to_text(reports, 110, false));
  const auto markdown = to_markdown(reports);
  test::expect_golden("study/report/expected/three.md", markdown.substr(0, markdown.find("\n# ", 2)));
  const auto csv = to_csv(reports);
  EXPECT_THAT(csv, HasSubstr("arm,case,statistic,"));
  EXPECT_THAT(csv, HasSubstr("\r\npodman+crun,start.program,median,start,"));
  EXPECT_THAT(csv, HasSubstr("\r\nguest,hbm.copy,"));
  const auto json = to_json(reports);
  EXPECT_EQ(json.at("answer"), name(*answer_of(reports)));
  EXPECT_EQ(json.at("comparisons").at(1).at("candidate").at("name"), "guest");
}

TEST(Forms, OfSeveralFitTheTerminal) {
  const auto reports = test::reports_of_three();
  for (const int columns : {72, 80, 140}) {
    const auto text = to_text(reports, columns, false);
    for (const auto line : core::split(text, '\n'))
      EXPECT_LE(core::columns(line), static_cast<std::size_t>(columns)) << line;
  }
}

TEST(Forms, OfOneSideHaveNoComparison) {
  const auto report = make_report(test::host_side(), {"", {}}, {});
  const auto text = to_text({report}, 110, false);
  EXPECT_THAT(text, HasSubstr("host: 10 runs, not compared with anything."));
  EXPECT_THAT(text, HasSubstr("SPREAD"));
  EXPECT_THAT(text, Not(HasSubstr("VERDICT")));
  const auto page = to_html({report});
  EXPECT_THAT(page, HasSubstr("What host measured"));
  EXPECT_THAT(page, Not(HasSubstr("id=\"forest-")));
  EXPECT_THAT(page, HasSubstr("id=\"curve-0"));
}

TEST(Forms, OfTextFitTheTerminal) {
  const auto report = test::report_of_everything();
  for (const int columns : {72, 80, 140}) {
    const auto text = to_text({report}, columns, false);
    for (const auto line : core::split(text, '\n'))
      EXPECT_LE(core::columns(line), static_cast<std::size_t>(columns)) << line;
  }
}

TEST(Forms, OfTextTellSizesApartWhereRoomIsShort) {
  const auto text = to_text({test::report_of_everything()}, 80, false);
  EXPECT_THAT(text, HasSubstr("\nCASE                    guest  DIFFERENCE"));
  for (const auto* const size : {"h2d.pinned 64 KiB ", "h2d.pinned 1 MiB ", "h2d.pinned 256 MiB "})
    EXPECT_THAT(text, HasSubstr(size));
  EXPECT_THAT(text, HasSubstr("(no room for CEILING, N, host)"));
}

/// Names of elements that are open where the document ends or another closes.
std::vector<std::string> unbalanced(const std::string& page) {
  static const std::set<std::string> k_without_end = {"meta", "!DOCTYPE"};
  std::vector<std::string> open, wrong;
  const std::regex tag(R"(<(/?)([A-Za-z!][A-Za-z0-9]*)([^>]*)>)");
  for (auto at = std::sregex_iterator(page.begin(), page.end(), tag); at != std::sregex_iterator(); ++at) {
    const auto name = (*at)[2].str();
    if (k_without_end.contains(name) || (*at)[3].str().ends_with('/')) continue;
    if ((*at)[1].length() == 0) {
      open.push_back(name);
    } else if (open.empty() || open.back() != name) {
      wrong.push_back(name);
    } else {
      open.pop_back();
    }
  }
  wrong.insert(wrong.end(), open.begin(), open.end());
  return wrong;
}

/// Each group has a forest with a row for each arm; and nothing on the page has the id of another.
TEST(Page, OfSeveralHasARowAnArm) {
  const auto page = to_html(test::reports_of_three());
  EXPECT_THAT(unbalanced(page), IsEmpty());
  std::multiset<std::string> ids;
  const std::regex id(" id=\"([^\"]*)\"");
  for (auto at = std::sregex_iterator(page.begin(), page.end(), id); at != std::sregex_iterator(); ++at)
    ids.insert((*at)[1].str());
  for (const auto& one : ids) EXPECT_EQ(ids.count(one), 1U) << one;
  for (const auto* const group : {"latency", "transfer", "device", "application"}) {
    const auto begin = page.find(std::string("id=\"arms-") + group);
    ASSERT_NE(begin, std::string::npos) << group;
    const auto figure = page.substr(begin, page.find("</svg>", begin) - begin);
    EXPECT_THAT(figure, HasSubstr(">podman+crun</text>"));
    EXPECT_THAT(figure, HasSubstr(">guest</text>"));
  }
  // The guest has no start.
  const auto begin = page.find("id=\"arms-start");
  ASSERT_NE(begin, std::string::npos);
  EXPECT_THAT(page.substr(begin, page.find("</svg>", begin) - begin), Not(HasSubstr(">guest</text>")));
  EXPECT_THAT(page, HasSubstr("id=\"arm-1-forest-latency"));
  EXPECT_THAT(page, HasSubstr("id=\"arm-2-forest-latency"));
}

TEST(Page, ClosesWhatItOpens) {
  EXPECT_THAT(unbalanced(to_html({test::report_of_everything()})), IsEmpty());
}

TEST(Page, NeedsNothingFromElsewhere) {
  const auto page = to_html({test::report_of_everything()});
  for (const auto* const word : {"http:", "https:", "src=", "<script", "<link", "@import", "<iframe"})
    EXPECT_THAT(page, Not(HasSubstr(word)));
}

TEST(Page, GivesEachFigureNamesOfItsOwn) {
  const auto page = to_html({test::report_of_everything()});
  std::multiset<std::string> ids;
  const std::regex id(R"rx(\bid="([^"]*)")rx");
  for (auto at = std::sregex_iterator(page.begin(), page.end(), id); at != std::sregex_iterator(); ++at)
    ids.insert((*at)[1].str());
  EXPECT_GT(ids.size(), 10U);
  for (const auto& name : ids) EXPECT_EQ(ids.count(name), 1U) << name;
  const std::regex labelled(R"rx(aria-labelledby="(\S+) (\S+)")rx");
  for (auto at = std::sregex_iterator(page.begin(), page.end(), labelled); at != std::sregex_iterator();
       ++at) {
    EXPECT_TRUE(ids.contains((*at)[1].str())) << (*at)[1];
    EXPECT_TRUE(ids.contains((*at)[2].str())) << (*at)[2];
  }
}

TEST(Page, SaysInWordsWhatItDraws) {
  const auto page = to_html({test::report_of_everything()});
  EXPECT_THAT(page, HasSubstr("<desc id=\"forest-transfer-desc\">h2d.pinned 64 KiB: guest is"));
  EXPECT_THAT(page, HasSubstr("Share of samples that took at most this long. host: 20000 samples"));
  EXPECT_THAT(page, HasSubstr("bandwidth over size. 64 KiB: host"));
}

TEST(Page, ShowsNothingOfWhatARunCallsItselfAsMarkup) {
  auto host = test::host_side();
  auto guest = test::guest_side();
  guest.name = "<script>alert(1)</script>";
  guest.runs[0].env["hypervisor"] = "\"><img src=x onerror=alert(2)>";
  guest.runs[0].benchmarks.back().reason = "\x1b[31m<b>";
  const auto page = to_html({make_report(std::move(host), std::move(guest), {})});
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(unbalanced(page), IsEmpty());
}

/// A run from a guest, in every form that a report has.
TEST(Forms, ShowNothingOfWhatARunCallsItselfAsMarkup) {
  auto guest = test::guest_side();
  guest.name = "[a](javascript:alert)";
  guest.runs[0].benchmarks.back().reason = "=cmd|' /C calc'!A0\x1b[2J";
  guest.runs[0].env["hypervisor"] = "a\u202eb";
  const auto report = make_report(test::host_side(), std::move(guest), {});
  const auto markdown = to_markdown({report});
  EXPECT_THAT(markdown, Not(HasSubstr("[a](")));
  EXPECT_THAT(markdown, HasSubstr("\\[a\\](javascript"));
  const auto csv = to_csv({report});
  EXPECT_THAT(csv, Not(HasSubstr(",=cmd")));
  for (const auto& text : {markdown, csv, to_html({report}), to_text({report}, 110, false)}) {
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("\u202e")));
  }
}

TEST(Cells, ThatBeginAFormulaAreText) {
  auto report = test::report_of_everything();
  ASSERT_FALSE(report.comparison.rows.empty());
  auto& key = report.comparison.rows.front().key;
  for (const auto* const text : {"=1+1", "+1+1", "@SUM(A1)", "-2+3"}) {
    key = text;
    EXPECT_THAT(to_csv({report}), HasSubstr("\n'" + std::string(text) + ",")) << text;
  }
  key = "-2.5";
  EXPECT_THAT(to_csv({report}), HasSubstr("\n-2.5,"));
}

TEST(Figures, AreOneForEachThingToSee) {
  const auto report = test::report_of_everything();
  const auto titles = [](const std::vector<Figure>& figures) {
    std::vector<std::string> words;
    for (const auto& figure : figures) words.push_back(figure.title);
    return words;
  };
  EXPECT_THAT(titles(forests(report.comparison)),
              testing::ElementsAre("latency", "latency, p99", "transfer", "device", "application"));
  EXPECT_THAT(titles(speeds(report.comparison)), testing::ElementsAre("Speed of guest, where host is 100 %"));
  EXPECT_THAT(titles(timelines(report.comparison, report.baseline, report.candidate)),
              testing::ElementsAre("latency: time taken, against the mean of all runs",
                                   "transfer: time taken, against the mean of all runs",
                                   "device: time taken, against the mean of all runs",
                                   "application: time taken, against the mean of all runs",
                                   "Temperature of the card"));
  EXPECT_THAT(titles(distributions(report.comparison, report.baseline, report.candidate)),
              testing::ElementsAre("sync.block"));
  EXPECT_THAT(titles(curves(report.comparison)),
              testing::ElementsAre("pcie.chase: round trip", "h2d.pinned: bandwidth"));
  EXPECT_THAT(titles(ceilings(report.comparison)),
              testing::ElementsAre("Share of the ceiling: transfer", "Share of the ceiling: device"));
}

/// A run that takes longer is above the mean, whether a time or a rate was measured.
TEST(Figures, PutASlowRunAboveTheMean) {
  for (const bool rate : {true, false}) {
    auto host = test::side("host", {1, 2}, [&](double factor) {
      return std::vector{rate ? test::bandwidth("x", 1e9 / factor) : test::latency("x", 1e-6 * factor)};
    });
    for (std::size_t i = 0; i < host.runs.size(); ++i)
      host.runs[i].started = "2026-11-26T10:0" + std::to_string(i) + ":00Z";
    const auto report = make_report(host, {"", {}}, {});
    const auto drawn = timelines(report.comparison, report.baseline, report.candidate);
    ASSERT_EQ(drawn.size(), 1U);
    EXPECT_THAT(drawn[0].svg, HasSubstr("10:00 host: -41.4 %. 10:01 host: 41.4 %. "));
  }
}

TEST(Figures, OverTimeNeedTimes) {
  auto host = test::host_side();
  for (auto& run : host.runs) run.started = "yesterday";
  const auto report = make_report(host, {"", {}}, {});
  EXPECT_THAT(timelines(report.comparison, report.baseline, report.candidate), IsEmpty());
}

TEST(Verdict, IsPlainWords) {
  const auto report = test::report_of_everything();
  EXPECT_EQ(setting({report}), "NVIDIA H100 · kernel 6.1.0 · 2026-11-26");
  EXPECT_EQ(
      verdict(report.comparison),
      "Outside the margin. guest is slower than the margin allows in latency and application. There is no "
      "difference that matters in transfer.");
  EXPECT_EQ(verdict(make_report(test::host_side(), {"", {}}, {}).comparison), "");
}

TEST(Figures, PointToWhatLiesBeyondTheAxis) {
  const auto measure = [](double factor) {
    return std::vector{test::bandwidth("near", 1e9), test::bandwidth("far", 1e9 / factor)};
  };
  const auto arrows = [&](double slowdown) {
    const auto drawn = forests(bench::compare(test::side("host", test::steady(), measure),
                                              test::side("guest", test::steady_too(slowdown), measure), {}));
    std::size_t count = 0;
    for (auto at = drawn[0].svg.find("<polyline"); at != std::string::npos;
         at = drawn[0].svg.find("<polyline", at + 1))
      ++count;
    return count;
  };
  EXPECT_EQ(arrows(1.02), 0U);
  EXPECT_EQ(arrows(3), 2U);  // the case, and the mean that it is half of: to the right only
}

TEST(Figures, AreDrawnAsExpected) {
  const auto report = test::report_of_everything();
  std::string drawn;
  for (const auto& figures :
       {speeds(report.comparison), timelines(report.comparison, report.baseline, report.candidate),
        forests(report.comparison), distributions(report.comparison, report.baseline, report.candidate),
        curves(report.comparison), ceilings(report.comparison)}) {
    for (const auto& figure : figures) drawn += figure.svg + "\n";
  }
  // An element a line: so that a difference can be read.
  test::expect_golden("study/report/expected/figures.svg",
                      std::regex_replace(drawn, std::regex("><"), ">\n<"));
}

TEST(Csv, QuotesWhatHasCommas) {
  auto host = test::host_side();
  for (auto& run : host.runs) run.benchmarks.back().reason = "no, \"none\"";
  const auto csv = to_csv({make_report(host, {"", {}}, {})});
  EXPECT_THAT(csv, HasSubstr("\"waived: no, \"\"none\"\"\""));
}

}  // namespace
}  // namespace gpupass::study
