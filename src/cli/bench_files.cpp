// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/bench_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ostream>

#include "gpupass/core/json.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/study/result/names.hpp"

namespace gpupass::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t k_largest_file = core::JsonLimits{}.bytes;
constexpr const char* k_separator = "\n--\n";  // a word that nobody types

using Words = std::vector<std::string>;

constexpr const char* k_makes_runs =
    "`gpupass bench run --out FILE` measures a run, and with `--runs N --out FOLDER` several";
constexpr const char* k_is_a_run =
    "a run is what `gpupass bench run --out FILE` or gpupass-bench wrote; `gpupass bench import nvbandwidth "
    "FILE` "
    "makes one of nvbandwidth's results";

/// What a person can do about a file that is no run.
Error with_remedy(Error error) {
  if (!error.hint.empty()) return error;
  if (error.kind == ErrorKind::not_found) error.hint = k_makes_runs;
  if (error.kind == ErrorKind::invalid) error.hint = k_is_a_run;
  if (error.kind == ErrorKind::denied) error.hint = "run it as a user who may read that file";
  return error;
}

Result<Words> files_at(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return Words{path};
  const Host here;  // our own files, whatever machine is being looked at
  GPUPASS_TRY_ASSIGN(const auto names, here.list(absolute(path)));
  Words files;
  for (const auto& name : names) {
    if (name.ends_with(".json")) files.push_back((fs::path(path) / name).string());
  }
  if (files.empty())
    return fail(ErrorKind::not_found, fmt::format("{}: has no *.json in it", path), k_makes_runs);
  return files;
}

/// "1%" or "0.01".
Result<double> fraction_of(const std::string& text, const char* option) {
  const bool percent = text.ends_with('%');
  const std::string_view digits(text.data(), text.size() - (percent ? 1 : 0));
  double value = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value);
  if (percent) value /= 100;
  if (error != std::errc() || end != digits.end() || !(value > 0 && value <= 1))
    return fail(ErrorKind::usage, fmt::format("--{} {}: is no margin", option, text),
                "above 0 and up to 100 %: 1% or 0.01");
  return value;
}

Result<study::RunFiles> read_runs(const Words& paths) {
  study::RunFiles read;
  for (const auto& path : paths) {
    GPUPASS_TRY_ASSIGN(const auto files, files_at(path));
    for (const auto& file : files) {
      const auto text = read_input(file);
      if (!text) return Failure(with_remedy(text.error()));
      auto run = bench::run_from_json(*text);
      if (!run) return within(file, with_remedy(run.error()));
      if (!read.files.emplace(run->id, file).second)
        return fail(ErrorKind::invalid, fmt::format("{}: is a run that was read before", file),
                    "name it once: each run counts once");
      read.runs.push_back(std::move(*run));
    }
  }
  return read;
}

}  // namespace

Result<std::string> read_input(const std::string& path) {
  const Host here;
  return here.read(absolute(path), k_largest_file);
}

Result<std::string> read_program(const std::string& path) {
  constexpr std::size_t k_largest_program = std::size_t{1} << 30U;
  const Host here;
  return here.read(absolute(path), k_largest_program);
}

Result<int> print_or_write(Context& context, const std::string& file, const std::string& text) {
  if (file.empty())
    context.terminal.out << text;
  else
    GPUPASS_TRY(context.host.write_output(file, text));
  return 0;
}

Result<> remove_output(const std::string& path) {
  Host here;
  return here.remove_file(absolute(path));
}

Result<std::vector<bench::Run>> load_runs(const Words& paths) {
  GPUPASS_TRY_ASSIGN(auto read, read_runs(paths));
  return std::move(read.runs);
}

Result<> check_side(const Words& paths) {
  GPUPASS_TRY_ASSIGN(const auto side, read_runs(paths));
  return study::refuse_mixed_roles(side);
}

Words with_separator_as_word(Words arguments) {
  std::replace(arguments.begin(), arguments.end(), std::string("--"), std::string(k_separator));
  return arguments;
}

Sides sides_of(const Words& words) {
  const auto separator = std::find(words.begin(), words.end(), k_separator);
  Sides sides{{words.begin(), separator}, {}};
  if (separator != words.end()) sides.candidate.assign(separator + 1, words.end());
  return sides;
}

void add_comparison_options(Syntax& syntax, ComparisonOptions& to) {
  syntax.option(
      "margin", to.margin, "P%",
      "what a median of transfer, device and application may differ by and still count as the same");
  syntax.option("margin-latency", to.margin_latency, "P%",
                "the same for medians of latency, pci and processor");
  syntax.option("margin-tail", to.margin_tail, "P%", "the same for p99 of latencies");
  syntax.option("filter", to.filters, "GLOB", "take the cases that it fits; may be repeated");
  syntax.option("group", to.groups, "NAME",
                "take a group: latency, transfer, device, application, pci, processor; may be repeated");
}

Result<bench::ComparisonSettings> comparison_settings(const ComparisonOptions& options) {
  bench::ComparisonSettings settings;
  GPUPASS_TRY_ASSIGN(settings.margins.rate, fraction_of(options.margin, "margin"));
  GPUPASS_TRY_ASSIGN(settings.margins.latency, fraction_of(options.margin_latency, "margin-latency"));
  GPUPASS_TRY_ASSIGN(settings.margins.tail, fraction_of(options.margin_tail, "margin-tail"));
  return settings;
}

Result<study::Sides> load_sides(const Sides& sides, const ComparisonOptions& options) {
  GPUPASS_TRY_ASSIGN(auto groups, study::groups_of(options.groups));
  GPUPASS_TRY_ASSIGN(auto before, read_runs(sides.baseline));
  GPUPASS_TRY_ASSIGN(auto after, read_runs(sides.candidate));
  return study::make_sides(std::move(before), std::move(after), {options.filters, std::move(groups)});
}

}  // namespace gpupass::cli
