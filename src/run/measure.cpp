// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/run/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "gpupass/apply/shut_down.hpp"
#include "gpupass/core/caught.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/lock.hpp"
#include "gpupass/run/suite.hpp"
#include "gpupass/sys/terminal.hpp"

namespace gpupass::run {
namespace fs = std::filesystem;
namespace {

/// One of gpupass's guests with its card bound; anybody else's domain as it is.
Result<void> start_for(session::World& world, const session::Manner& manner, const MeasureRequest& request,
                       Hypervisor& hypervisor, const std::string& xml) {
  GPUPASS_TRY_ASSIGN(const auto mark, guest_mark(xml));
  if (!mark) return hypervisor.start(request.guest.vm);
  GPUPASS_TRY(start(world, manner, request.guest));
  return {};
}

/// The options, with the card that the guest sees where none is named.
Result<std::vector<std::string>> options_for(const session::World& world, const MeasureRequest& request,
                                             Hypervisor& hypervisor) {
  auto options = request.options;
  const bool named = std::ranges::any_of(options, [](const auto& word) { return word.starts_with("--pci"); });
  if (named) return options;
  GPUPASS_TRY_ASSIGN(const auto xml, hypervisor.xml(request.guest.vm, DomainView::live));
  GPUPASS_TRY_ASSIGN(const auto ids, pci_in_guest(world.host, xml));
  if (!ids.empty()) options.push_back("--pci=" + ids);
  return options;
}

Result<bool> run_all(session::World& world, session::Requester& requester, const MeasureRequest& request,
                     Hypervisor& hypervisor) {
  const auto& vm = request.guest.vm;
  requester.progress(fmt::format("waiting for {} … ", vm));
  const auto suite = reach_suite(world, hypervisor, vm, request.guest.patience);
  requester.progress(suite ? fmt::format("it answers ({})\n", (*suite)->way()) : "\n");
  if (!suite) return Failure(suite.error());
  GPUPASS_TRY(match_program(requester, **suite, request.program));
  GPUPASS_TRY_ASSIGN(const auto options, options_for(world, request, hypervisor));
  bool all_right = true;
  for (int number = 1; number <= request.runs; ++number) {
    const auto begun = std::chrono::steady_clock::now();
    requester.progress(fmt::format("run {} of {} … ", number, request.runs));
    GPUPASS_TRY_ASSIGN(const auto run, run_in_guest(**suite, vm, options, request.limit));
    const auto file = fmt::format("{}/run-{:03}.json", request.folder, number);
    GPUPASS_TRY(world.host.write_output(file, run.text));
    all_right = all_right && run.all_right;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    requester.progress(fmt::format("{} s{}\n", static_cast<int>(took.count()),
                                   run.all_right ? "" : ", and not all of its output was correct"));
    if (request.wrote) request.wrote(file);
  }
  return all_right;
}

Result<void> check(const MeasureRequest& request) {
  if (request.runs < 1 || request.limit < std::chrono::seconds(1))
    return fail(ErrorKind::usage, "--runs and --limit must be at least 1");
  if (!fs::exists(request.program))
    return fail(ErrorKind::not_found, fmt::format("there is no {}", request.program),
                "--program names gpupass-bench; it is built and installed with gpupass");
  if (fs::exists(request.folder))
    return fail(ErrorKind::refused, fmt::format("{} already exists", request.folder),
                "nothing was done; name a new folder with --out");
  return {};
}

}  // namespace

std::string results_folder(const std::string& vm, std::chrono::system_clock::time_point now) {
  auto time = core::iso_time(now);
  std::erase_if(time, [](char c) { return c == ':' || c == '-'; });
  return vm + "-" + time;
}

Result<bool> measure(session::World& world, const session::Manner& manner, const MeasureRequest& wanted) {
  GPUPASS_TRY(check(wanted));
  GPUPASS_TRY_ASSIGN(const auto hypervisor, world.connect(wanted.guest.uri, wanted.guest.patience));
  GPUPASS_TRY_ASSIGN(const auto state, hypervisor->domain(wanted.guest.vm));
  auto request = wanted;
  const auto& vm = request.guest.vm = state.name;
  GPUPASS_TRY_ASSIGN(const auto lock,
                     Lock::acquire(world.host, "bench-" + vm, "guest bench " + vm, std::chrono::seconds(0)));
  sys::catch_interrupts();
  sys::outlive_readers();
  GPUPASS_TRY_ASSIGN(const auto xml,
                     hypervisor->xml(vm, state.persistent ? DomainView::config : DomainView::live));
  GPUPASS_TRY(refuse_without_a_way(vm, xml));
  std::error_code error;
  fs::create_directories(request.folder, error);
  if (error) return fail(ErrorKind::system, fmt::format("make {}: {}", request.folder, error.message()));
  Result<void> started;
  if (!state.running)
    started = core::caught([&] { return start_for(world, manner, request, *hypervisor, xml); });
  auto all_right = started
                       ? core::caught([&] { return run_all(world, manner.requester, request, *hypervisor); })
                       : Result<bool>(Failure(std::move(started).error()));
  if (!state.running && started && !request.keep_running) {
    auto stopped = apply::shut_down(*hypervisor, *hypervisor, vm, request.guest.patience);
    if (!stopped && all_right) return Failure(std::move(stopped).error());
    if (!stopped) all_right.error().also.push_back(std::move(stopped).error());
  }
  fs::remove(request.folder, error);  // where nothing came to be in it
  return all_right;
}

}  // namespace gpupass::run
