// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/bench_files.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <ostream>
#include <set>

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

Result<std::set<bench::Group>> groups_of(const Words& words) {
  std::set<bench::Group> groups;
  for (const auto& word : words) {
    const auto group = core::value_in(bench::k_groups, word);
    if (!group) {
      Words names;
      for (const auto& row : bench::k_groups) names.emplace_back(row.name);
      return fail(ErrorKind::usage, fmt::format("there is no group '{}'", word),
                  fmt::format("the groups are {}", core::enumerate(names)));
    }
    groups.insert(*group);
  }
  return groups;
}

/// What fits one of the globs and is of one of the groups; of either, none means all.
struct Wanted {
  Words globs;
  std::set<bench::Group> groups;

  [[nodiscard]] bool all() const { return globs.empty() && groups.empty(); }
  bool operator()(const bench::Measurement& measurement) const {
    const bool fits = globs.empty() || std::ranges::any_of(globs, [&](const auto& glob) {
                        return fnmatch(glob.c_str(), measurement.id.c_str(), 0) == 0;
                      });
    return fits && (groups.empty() || groups.contains(measurement.group));
  }
};

/// The control belongs to these: whether the card was the same is no question of what is asked about.
bool needs_control(const bench::Measurement& measurement) {
  return measurement.group != bench::Group::device && measurement.group != bench::Group::processor;
}

/// Keeps what is wanted, and where two sides are compared the control beside it. Error: not_found.
Result<> keep(LoadedSides& loaded, const Wanted& wanted) {
  if (wanted.all()) return {};
  bool some = false;
  bool with_control = false;
  const auto each_run = [&](auto what) {
    for (auto* const side : {&loaded.baseline, &loaded.candidate}) std::ranges::for_each(side->runs, what);
  };
  each_run([&](const bench::Run& run) {
    for (const auto& measurement : run.benchmarks) {
      if (!wanted(measurement)) continue;
      some = true;
      with_control |= needs_control(measurement) && !loaded.candidate.runs.empty();
    }
  });
  if (!some)
    return fail(
        ErrorKind::not_found, "no case fits",
        "`gpupass-bench --list` shows them all; without --filter and --group all that the runs have is "
        "taken");
  each_run([&](bench::Run& run) {
    std::erase_if(run.benchmarks, [&](const bench::Measurement& measurement) {
      const bool control = with_control && measurement.group == bench::Group::device;
      return !control && !wanted(measurement);
    });
  });
  return {};
}

/// Runs, and the file that each was read from, by the run's id.
struct Read {
  std::vector<bench::Run> runs;
  std::map<std::string, std::string> files;
};

Result<Read> read_runs(const Words& paths) {
  Read read;
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

/// Error: usage. Runs of host and guest in one side would make one distribution of two.
Result<> refuse_mixed_roles(const Read& side) {
  for (const auto& run : side.runs) {
    const auto& first = side.runs.front();
    if (run.role == first.role) continue;
    return fail(ErrorKind::usage,
                fmt::format("one side has runs of different roles: {} is of {}, {} of {}",
                            side.files.at(first.id), first.role, side.files.at(run.id), run.role),
                "nothing was compared; put -- between the runs of the one and those of the other: "
                "HOST… -- GUEST…");
  }
  return {};
}

/// Error: usage. A run compared with itself would always be the same.
Result<> refuse_on_both_sides(const Read& baseline, const Read& candidate) {
  for (const auto& [id, file] : candidate.files) {
    const auto other = baseline.files.find(id);
    if (other == baseline.files.end()) continue;
    return fail(ErrorKind::usage,
                fmt::format("the same run is on both sides of --: {} and {}", other->second, file),
                "nothing was compared; name other runs on one of the sides");
  }
  return {};
}

/// The role that all runs of a side have; empty where there are none.
std::string role_of(const std::vector<bench::Run>& runs) {
  return runs.empty() ? "" : runs.front().role;
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
  return refuse_mixed_roles(side);
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

Result<LoadedSides> load_sides(const Sides& sides, const ComparisonOptions& options) {
  GPUPASS_TRY_ASSIGN(const auto groups, groups_of(options.groups));
  GPUPASS_TRY_ASSIGN(auto before, read_runs(sides.baseline));
  GPUPASS_TRY_ASSIGN(auto after, read_runs(sides.candidate));
  GPUPASS_TRY(refuse_mixed_roles(before));
  GPUPASS_TRY(refuse_mixed_roles(after));
  GPUPASS_TRY(refuse_on_both_sides(before, after));
  LoadedSides loaded{{"", std::move(before.runs)}, {"", std::move(after.runs)}};
  const auto ours = role_of(loaded.baseline.runs);
  const auto theirs = role_of(loaded.candidate.runs);
  const bool told_apart = !ours.empty() && !theirs.empty() && ours != theirs;
  loaded.baseline.name = told_apart || (sides.candidate.empty() && !ours.empty()) ? ours : "baseline";
  loaded.candidate.name = told_apart ? theirs : "candidate";
  GPUPASS_TRY(keep(loaded, {options.filters, groups}));
  return loaded;
}

}  // namespace gpupass::cli
