// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/study/experiment/runs.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "gpupass/core/json.hpp"
#include "gpupass/host.hpp"
#include "gpupass/study/formats/exporters.hpp"
#include "gpupass/study/report/forms.hpp"
#include "gpupass/sys/path.hpp"

namespace gpupass::study {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t k_largest_file = core::JsonLimits{}.bytes;

using Words = std::vector<std::string>;

constexpr const char* k_makes_runs =
    "`gpupass bench run --out FILE` measures a run, and with `--runs N --out FOLDER` several";
constexpr const char* k_is_a_run =
    "a run is what `gpupass bench run --out FILE` or gpupass-bench wrote; `gpupass bench import nvbandwidth "
    "FILE` makes one of nvbandwidth's results";

/// What a person can do about a file that is not a run.
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
  const Host here;  // gpupass's own files, whatever machine is being looked at
  GPUPASS_TRY_ASSIGN(const auto names, here.list(sys::absolute(path)));
  Words files;
  for (const auto& name : names) {
    if (name.ends_with(".json")) files.push_back((fs::path(path) / name).string());
  }
  if (files.empty())
    return fail(ErrorKind::not_found, fmt::format("{}: has no *.json in it", path), k_makes_runs);
  return files;
}

Result<RunFiles> read_runs(const Words& paths) {
  RunFiles read;
  for (const auto& path : paths) {
    GPUPASS_TRY_ASSIGN(const auto files, files_at(path));
    for (const auto& file : files) {
      const auto text = read_input(file);
      if (!text) return Failure(with_remedy(text.error()));
      auto run = bench::run_from_json(*text);
      if (!run) return within(file, with_remedy(run.error()));
      if (!read.files.emplace(run->id, file).second)
        return fail(ErrorKind::invalid, fmt::format("{}: is a run that was already read", file),
                    "name it once: each run counts once");
      read.runs.push_back(std::move(*run));
    }
  }
  return read;
}

}  // namespace

Result<std::string> read_input(const std::string& path) {
  const Host here;
  return here.read(sys::absolute(path), k_largest_file);
}

Result<std::vector<bench::Run>> load_runs(const Words& paths) {
  GPUPASS_TRY_ASSIGN(auto read, read_runs(paths));
  return std::move(read.runs);
}

Result<std::string> exported(const std::string& format, const Words& paths) {
  const bool google = format == "google-benchmark";
  if (!google && format != "benchstat")
    return fail(ErrorKind::usage, fmt::format("there is no format '{}'", format),
                "the formats are google-benchmark and benchstat");
  GPUPASS_TRY_ASSIGN(const auto runs, load_runs(paths));
  return google ? to_google_benchmark(runs).dump(2) + "\n" : to_benchstat(runs);
}

Result<void> check_side(const Words& paths) {
  GPUPASS_TRY_ASSIGN(const auto side, read_runs(paths));
  return refuse_mixed_roles(side);
}

Result<void> check_report(const std::string& file) {
  GPUPASS_TRY(report_form(file));
  const auto folder = fs::absolute(file).parent_path();
  if (access(folder.c_str(), F_OK) != 0)
    return fail(ErrorKind::not_found, fmt::format("-o {}: there is no folder {}", file, folder.string()),
                "nothing was done; make it first");
  if (access(folder.c_str(), W_OK) == 0) return {};
  return fail(ErrorKind::denied, fmt::format("-o {}: {} cannot be written to", file, folder.string()),
              "nothing was done; name another place");
}

Result<std::vector<bench::Side>> load_sides(const SideFiles& files, const Chosen& chosen) {
  std::vector<RunFiles> sides;
  for (const auto& paths : files) {
    GPUPASS_TRY_ASSIGN(auto side, read_runs(paths));
    sides.push_back(std::move(side));
  }
  return make_sides(std::move(sides), chosen);
}

}  // namespace gpupass::study
