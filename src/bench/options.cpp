// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/options.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <sstream>

#include "bench/pci/by_ids.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/pci_address.hpp"
#include "gpupass/study/result/names.hpp"

namespace gpupass::bench {
namespace {

namespace po = boost::program_options;

constexpr const char* k_about =
    "usage: gpupass-bench [options]\n\n"
    "Measures what passing a card through to a virtual machine may cost: on the host\n"
    "and in the guest with this same file, for `gpupass bench compare` and\n"
    "`gpupass bench report` to set side by side.\n\n";

constexpr const char* k_end =
    "\nExit codes: 0 everything that could be measured was right, 1 an output was\n"
    "wrong or a case broke off, 2 usage, 9 nothing was measured; gpupass-bench(1) has\n"
    "the rest.\n";

po::options_description described() {
  po::options_description options("Options");
  auto add = options.add_options();
  add("list", "show the cases, and which of them can run here");
  add("filter", po::value<std::vector<std::string>>()->value_name("GLOB"),
      "run the cases that it fits; may be repeated");
  add("group", po::value<std::vector<std::string>>()->value_name("NAME"),
      "run a group: latency, transfer, device, application, pci, processor, start; may be "
      "repeated");
  add("quick", "fewer sizes and samples: says whether it works, not what it costs");
  add("runs", po::value<int>()->default_value(1)->value_name("N"),
      "runs, each in a process of its own; --out then names a folder");
  add("out", po::value<std::string>()->value_name("FILE"), "keep the result as JSON");
  add("format", po::value<std::string>()->default_value("text")->value_name("text|json"), "what to print");
  add("device", po::value<std::string>()->default_value("0")->value_name("N|ADDRESS"),
      "which card, as CUDA counts them or by its PCI address");
  add("pci", po::value<std::string>()->value_name("ADDRESS|IDS"),
      "the function that the group pci measures: 0000:01:00.0, or 10de:2331, the only one with these ids");
  add("role", po::value<std::string>()->value_name("NAME"),
      "what this machine is: host, guest, …; without it, host or guest as the processor says");
  add("block", po::value<std::int64_t>()->value_name("N"),
      "which block of the experiment this run belongs to");
  add("order", po::value<std::int64_t>()->value_name("N"), "its place in the block");
  add("started", po::value<std::int64_t>()->value_name("NS"),
      "when this run was started, by CLOCK_MONOTONIC: `gpupass bench experiment` says it for the group "
      "start");
  add("inject", po::value<std::string>()->value_name("P%"),
      "make every sample longer by this much, in earnest: a comparison must find it");
  add("seed", po::value<std::uint64_t>()->value_name("N"), "of the order of the cases and of their data");
  add("timeout", po::value<int>()->default_value(60)->value_name("S"), "seconds that any one wait may last");
  add("help,h", "show this");
  add("version", "print the version");
  return options;
}

Result<po::variables_map> store(const po::options_description& options,
                                const std::vector<std::string>& arguments) {
  po::variables_map values;
  try {
    using Style = po::command_line_style::style_t;
    constexpr int k_style = Style::unix_style & ~Style::allow_guessing;
    // No positional options: a bare word is an error.
    po::store(po::command_line_parser(arguments).options(options).positional({}).style(k_style).run(),
              values);
    po::notify(values);
  } catch (const po::error& error) {
    return fail(ErrorKind::usage, error.what(), "`gpupass-bench --help` explains the options");
  }
  return values;
}

template <class Value>
Value value_or(const po::variables_map& values, const char* name, Value otherwise) {
  return values.count(name) == 0 ? otherwise : values[name].as<Value>();
}

template <class Value>
std::optional<Value> value_of(const po::variables_map& values, const char* name) {
  return values.count(name) == 0 ? std::nullopt : std::optional(values[name].as<Value>());
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
    return fail(ErrorKind::usage, fmt::format("--device {}: is no number and no address", word),
                "0 is CUDA's first card; an address is like 0000:01:00.0");
  settings.device = static_cast<int>(*number);
  return {};
}

Result<Settings> settings_of(const po::variables_map& values) {
  Settings settings;
  settings.quick = values.count("quick") != 0;
  settings.seed = values.count("seed") != 0 ? values["seed"].as<std::uint64_t>() : seed_from_clock();
  GPUPASS_TRY(read_device(values["device"].as<std::string>(), settings));
  settings.pci = value_or<std::string>(values, "pci", "");
  if (!settings.pci.empty() && !parse_pci_address(settings.pci) && !pci::are_ids(settings.pci)) {
    return fail(ErrorKind::usage, fmt::format("--pci {}: is no address and no ids", settings.pci),
                "an address is like 0000:01:00.0, ids are like 10de:2331");
  }
  settings.started = value_of<std::int64_t>(values, "started");
  GPUPASS_TRY_ASSIGN(settings.inject, parse_fraction(value_or<std::string>(values, "inject", "0")));
  const int seconds = values["timeout"].as<int>();
  if (seconds < 1) return fail(ErrorKind::usage, "--timeout is at least one second");
  settings.timeout = std::chrono::seconds(seconds);
  return settings;
}

std::string help() {
  std::ostringstream text;
  text << k_about << described() << k_end;
  return text.str();
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
  const bool percent = text.ends_with('%');
  const std::string_view digits(text.data(), text.size() - (percent ? 1 : 0));
  double value = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value);
  if (percent) value /= 100;
  if (error != std::errc() || end != digits.end() || !(value >= 0 && value <= 1)) {
    return fail(ErrorKind::usage, fmt::format("--inject {}: is no fraction", text),
                "from 0 to 100 %: 1% or 0.01");
  }
  return value;
}

Result<Options> parse_options(const std::vector<std::string>& arguments) {
  GPUPASS_TRY_ASSIGN(const auto values, store(described(), arguments));
  Options options;
  if (values.count("help") != 0) options.information = help();
  if (values.count("version") != 0) options.information = "gpupass-bench " GPUPASS_VERSION "\n";
  options.list = values.count("list") != 0;
  options.filters = value_or<std::vector<std::string>>(values, "filter", {});
  GPUPASS_TRY_ASSIGN(options.groups, groups_of(value_or<std::vector<std::string>>(values, "group", {})));
  GPUPASS_TRY_ASSIGN(options.settings, settings_of(values));
  options.role = value_or<std::string>(values, "role", "");
  options.block = value_of<std::int64_t>(values, "block");
  options.order_in_block = value_of<std::int64_t>(values, "order");
  options.runs = values["runs"].as<int>();
  options.out = value_or<std::string>(values, "out", "");
  GPUPASS_TRY_ASSIGN(options.format, format_of(values["format"].as<std::string>()));
  if (options.runs < 1) return fail(ErrorKind::usage, "--runs is at least 1");
  if (options.runs > 1 && options.out.empty()) {
    return fail(ErrorKind::usage, "several runs need a folder to be kept in", "add --out FOLDER");
  }
  return options;
}

}  // namespace gpupass::bench
