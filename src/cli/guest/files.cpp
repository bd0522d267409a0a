// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/guest/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/sys/scratch.hpp"

namespace gpupass::cli {
namespace {

struct Tool {
  const char* program;
  const char* package;  // of Debian
};
constexpr Tool k_qemu_img{"qemu-img", "qemu-utils"};
constexpr Tool k_xorriso{"xorriso", "xorriso"};
constexpr Tool k_coreutils{"install", "coreutils"};

/// Runs a program to its end; its own words are the error.
Result<std::string> run(Host& host, const Tool& tool, const std::vector<std::string>& argv) {
  Program program;
  program.argv = argv;
  program.timeout = std::chrono::minutes(10);
  auto end = host.run(program);
  if (!end && end.error().kind == ErrorKind::not_found) {
    return fail(ErrorKind::not_found, fmt::format("{} is not installed", tool.program),
                fmt::format("Debian: `apt install {}`", tool.package));
  }
  if (!end) return Failure(end.error());
  if (end->status == 0) return end->output;
  return fail(ErrorKind::system,
              fmt::format("{} failed ({}): {}", argv.front(), end->status, core::trim(end->errors)));
}

Result<void> run_quietly(Host& host, const Tool& tool, const std::vector<std::string>& argv) {
  GPUPASS_TRY(run(host, tool, argv));
  return {};
}

/// A path as one side of what -graft-points takes, where = and the backslash say something.
std::string graft(const std::string& path) {
  std::string text;
  for (const char c : path) {
    if (c == '=' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

}  // namespace

namespace {

Failure names_another(const std::string& image, const std::string& kind, const std::string& name) {
  const auto path = guest::path_beside(image, name);
  const auto shown = core::printable(path.value_or(name));
  const auto what = fmt::format("{} reads another file of this host, its {}: {}", image, kind,
                                shown.empty() ? "(a name that its header hides)" : shown);
  if (!path)
    return fail(ErrorKind::refused, what, "nothing was changed; a name that is not a path is always refused");
  return fail(
      ErrorKind::refused, what,
      fmt::format("nothing was changed; if the guest may read that file, `--allow-file {}` says so", shown));
}

/// Walks from an image to the files that it names, to those that they name, and so on. Error: refused, for
/// one that the user did not name; invalid.
class ImageChain {
 public:
  ImageChain(Host& host, const std::vector<std::string>& allowed) : host_(host), allowed_(allowed) {}

  [[nodiscard]] Result<void> check(const std::string& path) {
    if (!seen_.insert(path).second) return {};  // one that names itself: QEMU refuses it
    GPUPASS_TRY_ASSIGN(const auto head, host_.read_start(path, guest::k_image_head));
    GPUPASS_TRY_ASSIGN(const auto others, guest::other_files(path, head));
    return check(path, others);
  }
  [[nodiscard]] Result<void> check(const std::string& path, const guest::OtherFiles& others) {
    GPUPASS_TRY(follow(path, "backing file", others.backing));
    return follow(path, "data file", others.data);
  }

 private:
  [[nodiscard]] Result<void> follow(const std::string& image, const char* kind,
                                    const std::optional<std::string>& name) {
    if (!name) return {};
    const auto path = guest::path_beside(image, *name);
    if (!path || std::ranges::find(allowed_, *path) == allowed_.end())
      return names_another(image, kind, *name);
    return check(*path);
  }

  Host& host_;
  const std::vector<std::string>& allowed_;
  std::set<std::string> seen_;
};

}  // namespace

Result<guest::Image> inspect_image(Host& host, const std::string& path,
                                   const std::vector<std::string>& allowed) {
  const auto head = host.read_start(path, guest::k_image_head);
  if (!head) {
    auto error = head.error();
    if (error.kind == ErrorKind::not_found)
      error.hint = "--image names a cloud image: a file of this machine";
    return Failure(std::move(error));
  }
  // By the headers first: qemu-img opens whatever an image names.
  ImageChain chain(host, allowed);
  GPUPASS_TRY(chain.check(path));
  auto info = run(host, k_qemu_img, {"qemu-img", "info", "--output=json", "--", path});
  if (!info && info.error().kind == ErrorKind::system) info.error().kind = ErrorKind::invalid;
  if (!info) return Failure(std::move(info).error());
  GPUPASS_TRY_ASSIGN(const auto others, guest::other_files_by_info(path, *info));
  GPUPASS_TRY(chain.check(path, others));
  return guest::read_image(path, *info, *head);
}

GuestFiles files_of(const std::string& folder, const std::string& name) {
  const auto own = folder + "/" + name;
  return {own, own + "/disk.qcow2", own + "/seed.iso"};
}

Result<void> refuse_taken_folder(const Host& host, const GuestFiles& files) {
  if (!host.exists(files.folder)) return {};
  return fail(ErrorKind::refused, files.folder + " is there already, and what is in it is not touched",
              "nothing was changed; choose another name or another --folder, or remove it");
}

Result<void> make_folder(Host& host, const GuestFiles& files) {
  return run_quietly(host, k_coreutils, {"install", "-d", "-m", "0700", "--", files.folder});
}

Result<void> open_folder(Host& host, const GuestFiles& files) {
  GPUPASS_TRY(run(host, k_coreutils, {"chmod", "0600", "--", files.disk, files.seed}));
  return run_quietly(host, k_coreutils, {"chmod", "0711", "--", files.folder});
}

Result<void> make_disk(Host& host, const GuestFiles& files, const guest::Image& image, std::uint64_t size) {
  std::vector<std::string> argv{"qemu-img", "create",     "-q", "-f",       "qcow2",
                                "-F",       image.format, "-b", image.path, files.disk};
  if (size != 0) argv.push_back(std::to_string(size));
  return run_quietly(host, k_qemu_img, argv);
}

Result<void> make_seed_image(Host& host, const GuestFiles& files, const guest::Seed& seed,
                             const std::vector<std::string>& programs) {
  GPUPASS_TRY_ASSIGN(const auto user, sys::ScratchFile::make(seed.user_data));
  GPUPASS_TRY_ASSIGN(const auto meta, sys::ScratchFile::make(seed.meta_data));
  GPUPASS_TRY_ASSIGN(const auto network, sys::ScratchFile::make(seed.network_config));
  std::vector<std::string> argv{"xorriso",
                                "-as",
                                "mkisofs",
                                "-quiet",
                                "-output",
                                files.seed,
                                "-volid",
                                "cidata",
                                "-joliet",
                                "-rock",
                                "-graft-points",
                                "user-data=" + user.path(),
                                "meta-data=" + meta.path(),
                                "network-config=" + network.path()};
  for (const auto& program : programs) {
    const auto name = std::filesystem::path(program).filename().string();
    argv.push_back(fmt::format("{}/{}={}", guest::k_seed_folder, graft(name), graft(program)));
  }
  return run_quietly(host, k_xorriso, argv);
}

Result<void> remove_files(Host& host, const std::vector<std::string>& files) {
  if (files.empty()) return {};
  std::vector<std::string> remove{"rm", "-f", "--"};
  std::vector<std::string> folders{"rmdir", "--ignore-fail-on-non-empty", "--"};
  std::set<std::string> seen;
  for (const auto& file : files) {
    remove.push_back(file);
    const auto folder = std::filesystem::path(file).parent_path().string();
    if (host.exists(folder) && seen.insert(folder).second) folders.push_back(folder);
  }
  GPUPASS_TRY(run(host, k_coreutils, remove));
  return seen.empty() ? Result<void>{} : run_quietly(host, k_coreutils, folders);
}

}  // namespace gpupass::cli
