// SPDX-License-Identifier: GPL-2.0-or-later
// gpupass bench report: a page to keep and to show.
#include <fmt/format.h>

#include <array>
#include <ostream>

#include "bench_report/formats.hpp"
#include "cli/bench.hpp"
#include "cli/bench_files.hpp"

namespace gpupass::cli {
namespace {

using bench_report::Report;

constexpr const char* k_usage = "gpupass bench report HOST… [-- GUEST…] -o FILE [options]";
constexpr int k_columns = 110;  // of a text file

Syntax syntax() {
  Syntax syntax{
      k_usage,
      "Writes what runs of gpupass-bench say, and how the sides differ: a page of HTML that needs "
      "nothing\nelse, or Markdown, CSV, JSON or text, as FILE's ending says. HOST and GUEST are files, "
      "or folders\nof them.",
      {},
      {{"runs", -1}}};
  syntax.options.add_options()("output,o", po::value<std::string>()->value_name("FILE"),
                               "what to write: *.html, *.md, *.csv, *.json, *.txt");
  add_comparison_options(syntax.options);
  return syntax;
}

struct Form {
  const char* ending;
  std::string (*write)(const Report&);
};

constexpr std::array k_forms = {
    Form{".html", bench_report::to_html},
    Form{".md", bench_report::to_markdown},
    Form{".csv", [](const Report& report) { return bench_report::to_csv(report.comparison); }},
    Form{".json",
         [](const Report& report) { return bench_report::to_json(report.comparison).dump(2) + "\n"; }},
    Form{".txt", [](const Report& report) { return bench_report::to_text(report, k_columns, false); }},
};

Result<Form> form_of(const std::string& file) {
  for (const auto& form : k_forms) {
    if (file.ends_with(form.ending)) return form;
  }
  return fail(ErrorKind::usage, fmt::format("-o {}: what form is that?", file),
              "it ends with .html, .md, .csv, .json or .txt");
}

}  // namespace

Result<int> bench_report(Context& context, const std::vector<std::string>& arguments) {
  GPUPASS_TRY_ASSIGN(const auto values, parse(context, syntax(), with_separator_as_word(arguments)));
  if (!values) return 0;
  const auto sides = sides_of(*values, "runs");
  if (sides.baseline.empty() || values->count("output") == 0)
    return fail(ErrorKind::usage, sides.baseline.empty() ? "of which runs?" : "-o FILE is missing",
                fmt::format("usage: {}", k_usage));
  const auto file = (*values)["output"].as<std::string>();
  GPUPASS_TRY_ASSIGN(const auto form, form_of(file));
  GPUPASS_TRY_ASSIGN(const auto settings, comparison_settings(*values));
  GPUPASS_TRY_ASSIGN(auto loaded, load_sides(sides, *values));
  const auto report =
      bench_report::make_report(std::move(loaded.baseline), std::move(loaded.candidate), settings);
  GPUPASS_TRY(write_output(file, form.write(report)));
  context.terminal.out << bench_report::headline(report.comparison) << "\n" << file << "\n";
  return 0;
}

}  // namespace gpupass::cli
