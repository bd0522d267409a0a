// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/study/report/forms.hpp"

#include <gtest/gtest.h>

namespace gpupass::study {
namespace {

TEST(ReportForms, AreChosenByTheEndingOfAFile) {
  EXPECT_EQ(report_form("a.html")->write, &to_html);
  EXPECT_EQ(report_form("a.html.md")->write, &to_markdown);
  const auto none = report_form("report.doc");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::usage);
  EXPECT_EQ(none.error().hint, "give a name that ends with .html, .md, .csv, .json or .txt");
}

TEST(ReportForms, HaveNames) {
  const Reports empty{Report{}};
  EXPECT_EQ(*reports_as("markdown", empty, 80, false), to_markdown(empty));
  EXPECT_EQ(*reports_as("csv", empty, 80, false), to_csv(empty));
  EXPECT_EQ(reports_as("yaml", empty, 80, false).error().kind, ErrorKind::usage);
}

}  // namespace
}  // namespace gpupass::study
