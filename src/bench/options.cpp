// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/options.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

#include "bench/pci/by_ids.hpp"
#include "gpupass/bench/names.hpp"
#include "gpupass/core/quantity.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/options/syntax.hpp"
#include "gpupass/pci_address.hpp"

namespace gpupass::bench {
namespace {

using gpupass::options::Syntax;

constexpr const char* k_about =
    "usage: gpupass-bench [options]\n\n"
    "Measures what passing a card through to a virtual machine may cost: on the host\n"
    "and in the guest with this same file. `gpupass bench compare` and\n"
    "`gpupass bench report` compare the results.\n\n";

constexpr const char* k_end =
    "\nExit codes: 0 everything that could be measured was right, 1 an output was\n"
    "wrong or a case was aborted, 2 usage, 9 nothing was measured;\n"
    "gpupass-bench(1) has the rest.\n";

/// The words as they were typed.
struct Typed {
  bool list = false, quick = false, help = false, version = false;
  std::vector<std::string> filters, groups;
  int runs = 1;
  std::string out, format = "text", device = "0", pci, role;
  std::optional<std::int64_t> block, order, started;
  std::string inject;
  std::optional<std::uint64_t> seed;
  int timeout = 60;  // seconds
};

Syntax syntax_of(Typed& typed) {
  Syntax syntax("gpupass-bench [options]", {}, "`gpupass-bench --help` explains the options");
  syntax.flag("list", typed.list, "show the cases, and which of them can run here");
  syntax.option("filter", typed.filters, "GLOB", "run the cases whose names match; may be repeated");
  syntax.option("group", typed.groups, "NAME",
                "run a group: latency, transfer, device, application, pci, processor, start; may be "
                "repeated");
  syntax.flag("quick", typed.quick, "use fewer sizes and samples: shows whether it works, not what it costs");
  syntax.option("runs", typed.runs, "N", "runs, each in its own process; --out then names a folder");
  syntax.option("out", typed.out, "FILE", "keep the result as JSON");
  syntax.option("format", typed.format, "text|json", "what to print");
  syntax.option("device", typed.device, "N|ADDRESS", "the card: its number in CUDA, or its PCI address");
  syntax.option(
      "pci", typed.pci, "ADDRESS|IDS",
      "the function that the group pci measures: 0000:01:00.0, or 10de:2331, the only one with these ids");
  syntax.option(
      "role", typed.role, "NAME",
      "the role of this machine: host, guest, …; without it, host or guest, as the processor reports");
  syntax.option("block", typed.block, "N", "the block of the experiment to which this run belongs");
  syntax.option("order", typed.order, "N", "its place in the block");
  syntax.option(
      "started", typed.started, "NS",
      "when this run was started, by CLOCK_MONOTONIC; `gpupass bench experiment` gives it for the group "
      "start");
  syntax.option("inject", typed.inject, "P%",
                "make every sample really take this much longer: a comparison must find it");
  syntax.option("seed", typed.seed, "N", "the seed for the order of the cases and for their data");
  syntax.option("timeout", typed.timeout, "S", "how many seconds a wait may last");
  syntax.flag("help,h", typed.help, "show this");
  syntax.flag("version", typed.version, "print the version");
  return syntax;
}

Result<std::vector<Group>> groups_of(const std::vector<std::string>& words) {
  std::vector<Group> groups;
  for (const auto& word : words) {
    const auto group = core::value_in(k_groups, word);
    if (!group) {
      std::vector<std::string> names;
      names.reserve(k_groups.size());
      for (const auto& row : k_groups) names.emplace_back(row.name);
      return fail(ErrorKind::usage, fmt::format("there is no group '{}'", word),
                  fmt::format("the groups are {}", core::enumerate(names)));
    }
    groups.push_back(*group);
  }
  return groups;
}

Result<Format> format_of(const std::string& word) {
  if (word == "text") return Format::text;
  if (word == "json") return Format::json;
  return fail(ErrorKind::usage, fmt::format("there is no format '{}'", word), "--format is text or json");
}

std::uint64_t seed_from_clock() {
  return static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
}

Result<> read_device(const std::string& word, Settings& settings) {
  constexpr std::uint64_t k_most = 1024;
  if (parse_pci_address(word)) {
    settings.device_address = word;
    return {};
  }
  const auto number = core::parse_number(word);
  if (!number || *number > k_most)
    return fail(ErrorKind::usage, fmt::format("--device {}: is neither a number nor an address", word),
                "0 is CUDA's first card; an address is like 0000:01:00.0");
  settings.device = static_cast<int>(*number);
  return {};
}

Result<Settings> settings_of(const Typed& typed) {
  Settings settings;
  settings.quick = typed.quick;
  settings.seed = typed.seed ? *typed.seed : seed_from_clock();
  GPUPASS_TRY(read_device(typed.device, settings));
  settings.pci = typed.pci;
  if (!settings.pci.empty() && !parse_pci_address(settings.pci) && !pci::are_ids(settings.pci)) {
    return fail(ErrorKind::usage, fmt::format("--pci {}: is neither an address nor ids", settings.pci),
                "an address is like 0000:01:00.0, ids are like 10de:2331");
  }
  settings.started = typed.started;
  GPUPASS_TRY_ASSIGN(settings.inject, parse_fraction(typed.inject.empty() ? "0" : typed.inject));
  if (typed.timeout < 1) return fail(ErrorKind::usage, "--timeout must be at least one second");
  settings.timeout = std::chrono::seconds(typed.timeout);
  return settings;
}

}  // namespace

bool Options::select(const Case& row) const {
  const std::string id(row.id);
  const bool in_group = groups.empty() || std::find(groups.begin(), groups.end(), row.group) != groups.end();
  const bool fits = filters.empty() || std::any_of(filters.begin(), filters.end(), [&](const auto& glob) {
                      return fnmatch(glob.c_str(), id.c_str(), 0) == 0;
                    });
  // What the start costs is asked by who says when it was, whatever is asked of the suite beside it.
  if (row.group == Group::start) return settings.started.has_value() || (!groups.empty() && in_group && fits);
  return in_group && fits;
}

std::vector<std::string> words_of(const Options& options) {
  std::vector<std::string> words;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) words.push_back(fmt::format("--{}={}", name, value));
  };
  if (options.list) words.emplace_back("--list");
  for (const auto& glob : options.filters) add("filter", glob);
  for (const auto group : options.groups) add("group", name(group));
  if (options.settings.quick) words.emplace_back("--quick");
  add("runs", std::to_string(options.runs));
  add("out", options.out);
  add("format", options.format == Format::json ? "json" : "text");
  add("device", options.settings.device_address.empty() ? std::to_string(options.settings.device)
                                                        : options.settings.device_address);
  add("pci", options.settings.pci);
  add("role", options.role);
  if (options.block) add("block", std::to_string(*options.block));
  if (options.order_in_block) add("order", std::to_string(*options.order_in_block));
  if (options.settings.started) add("started", std::to_string(*options.settings.started));
  add("inject", fmt::format("{}", options.settings.inject));
  add("seed", std::to_string(options.settings.seed));
  add("timeout", std::to_string(options.settings.timeout / std::chrono::seconds(1)));
  return words;
}

Result<double> parse_fraction(const std::string& text) {
  const auto value = core::fraction(text);
  if (value && *value >= 0 && *value <= 1) return *value;
  return fail(ErrorKind::usage, fmt::format("--inject {}: is not a fraction", text),
              "from 0 to 100 %: 1% or 0.01");
}

Result<Options> parse_options(const std::vector<std::string>& arguments) {
  Typed typed;
  const auto syntax = syntax_of(typed);
  GPUPASS_TRY_ASSIGN(const bool go, gpupass::options::parse(syntax, arguments));
  Options options;
  if (!go) options.information = k_about + gpupass::options::options_text(syntax, "Options") + k_end;
  if (typed.version) options.information = "gpupass-bench " GPUPASS_VERSION "\n";
  options.list = typed.list;
  options.filters = std::move(typed.filters);
  GPUPASS_TRY_ASSIGN(options.groups, groups_of(typed.groups));
  GPUPASS_TRY_ASSIGN(options.settings, settings_of(typed));
  options.role = typed.role;
  options.block = typed.block;
  options.order_in_block = typed.order;
  options.runs = typed.runs;
  options.out = typed.out;
  GPUPASS_TRY_ASSIGN(options.format, format_of(typed.format));
  if (options.runs < 1) return fail(ErrorKind::usage, "--runs must be at least 1");
  if (options.runs > 1 && options.out.empty()) {
    return fail(ErrorKind::usage, "several runs need a folder for their results", "add --out FOLDER");
  }
  return options;
}

}  // namespace gpupass::bench
