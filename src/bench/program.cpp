// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <limits>
#include <optional>

#include "bench/cuda/cuda.hpp"
#include "bench/needs.hpp"
#include "bench/pci/by_ids.hpp"
#include "bench/run_once.hpp"
#include "bench/start.hpp"
#include "bench/text.hpp"
#include "gpupass/sys/output_file.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::bench {
namespace {

int report(const Error& error) {
  std::cerr << "gpupass-bench: " << describe(error) << "\n";
  return exit_code(error.kind);
}

struct Screen {
  int width;
  bool colour;
};

Screen screen() {
  const int columns = sys::terminal_columns(1);
  const bool plain = std::getenv("NO_COLOR") != nullptr;
  return {columns > 0 ? columns : std::numeric_limits<int>::max(), columns > 0 && !plain};
}

/// What comes from outside need not be UTF-8: a reason may quote a driver.
std::string document(const Run& run) {
  return to_json(run).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void print(const Run& run, Format format) {
  const auto [width, colour] = screen();
  std::cout << (format == Format::json ? document(run) : text_of(run, width, colour));
}

Result<int> list(const Host& host, const Options& options) {
  GPUPASS_TRY_ASSIGN(const auto rows, selected(options));
  NeedsMet met(host, options.settings);
  std::vector<Listed> listed;
  for (const auto* row : rows) {
    const auto usable = met(row->needs);
    listed.push_back({row, usable ? "" : usable.error().what});
  }
  const auto [width, colour] = screen();
  std::cout << (options.format == Format::json ? json_of(listed) : text_of(listed, width, colour));
  return 0;
}

/// A result took a while to make. An empty file has none: an interrupted run leaves one.
Result<> refuse_to_overwrite(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error) || std::filesystem::file_size(path, error) == 0)
    return {};
  return fail(ErrorKind::refused, fmt::format("{} already exists", path),
              "nothing was measured; name another file, or remove this one");
}

/// How a run ends in which no case came to a sample.
Result<int> nothing_measured(const Run& run) {
  if (!all_right(run)) {
    std::cerr << "gpupass-bench: nothing was measured, and no run is written: every case was aborted\n";
    return 1;
  }
  const auto none = [](const Measurement& measurement) { return measurement.samples_ns.empty(); };
  auto found = std::ranges::find_if(run.benchmarks, [&](const Measurement& measurement) {
    return none(measurement) && measurement.group != Group::start;
  });
  if (found == run.benchmarks.end()) found = std::ranges::find_if(run.benchmarks, none);
  const auto& first = *found;
  return fail(ErrorKind::unsupported,
              "nothing was measured, and no run is written: none of the cases asked for can run here",
              fmt::format("{}: {}", first.id, first.reason));
}

Result<int> measure(Host& host, const Options& options) {
  std::optional<sys::OutputFile> file;
  if (!options.out.empty()) {
    GPUPASS_TRY(refuse_to_overwrite(options.out));
    GPUPASS_TRY_ASSIGN(file, sys::OutputFile::open(options.out));
  }
  const Keep keep = [&](const Run& run) -> Result<> {
    const bool measured = any_measured(run);
    if (measured || options.format == Format::text) print(run, options.format);
    if (!file) return {};
    if (measured) return file->write(document(run));
    file->discard();
    return {};
  };
  Result<Run> run;
  {
    Progress progress(std::cerr, sys::terminal_columns(2));
    run = run_once(host, options, progress, keep);
  }
  if (!run) {
    if (file) file->discard();
    return Failure(run.error());
  }
  GPUPASS_TRY(keep(*run));
  if (!any_measured(*run)) return nothing_measured(*run);
  return all_right(*run) ? 0 : 1;
}

/// Each run in a process of its own: what a process does but once (loading, initialising, placing its memory)
/// belongs to the replicate.
Result<int> measure_often(Host& host, const Options& options) {
  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  if (error) return fail(ErrorKind::system, fmt::format("make {}: {}", options.out, error.message()));
  int worst = 0;
  for (int number = 1; number <= options.runs; ++number) {
    auto one = options;
    one.runs = 1;
    one.settings.seed += static_cast<std::uint64_t>(number - 1);
    one.out = fmt::format("{}/run-{:03}.json", options.out, number);
    one.format = Format::text;
    if (std::filesystem::exists(one.out)) {
      return fail(ErrorKind::refused, fmt::format("{} already exists", one.out), "name a new folder");
    }
    Program program;
    program.argv = words_of(one);
    program.argv.insert(program.argv.begin(), sys::executable().string());
    program.timeout = std::chrono::hours(24);
    GPUPASS_TRY_ASSIGN(const auto end, host.run(program));
    const bool written = std::filesystem::exists(one.out);
    std::cout << fmt::format("run {} of {}: {}\n", number, options.runs, written ? one.out : "no result");
    if (end.status != 0) std::cout << end.output;
    std::cout.flush();
    std::cerr << end.errors;
    worst = std::max(worst, end.status);
    if (end.status == exit_code(ErrorKind::unsupported)) break;  // so would the next: this machine lacks it
  }
  return worst;
}

Result<int> run_with(Options options) {
  Host host;
  GPUPASS_TRY_ASSIGN(options.settings.pci, pci::address_of(host, options.settings.pci));
  if (options.list) return list(host, options);
  return options.runs == 1 ? measure(host, options) : measure_often(host, options);
}

}  // namespace

int run_program(const std::vector<std::string>& arguments) {
  static_cast<void>(program_began());
  if (!arguments.empty() && arguments.front() == "--child") {
    return cuda::child({arguments.begin() + 1, arguments.end()});
  }
  auto options = parse_options(arguments);
  if (!options) return report(options.error());
  if (options->information) {
    std::cout << *options->information;
    return 0;
  }
  const auto status = run_with(*std::move(options));
  std::cout.flush();
  if (status && !std::cout) return report(fail(ErrorKind::system, "the output could not be written").value());
  return status ? *status : report(status.error());
}

}  // namespace gpupass::bench
