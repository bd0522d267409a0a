// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/run/image.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "gpupass/core/printable.hpp"
#include "gpupass/sys/tool.hpp"

namespace gpupass::run {
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
      fmt::format("nothing was changed; if the guest may read that file, add `--allow-file {}`", shown));
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
  auto info = sys::run_tool(host, sys::k_qemu_img, {"qemu-img", "info", "--output=json", "--", path});
  if (!info && info.error().kind == ErrorKind::system) info.error().kind = ErrorKind::invalid;
  if (!info) return Failure(std::move(info).error());
  GPUPASS_TRY_ASSIGN(const auto others, guest::other_files_by_info(path, *info));
  GPUPASS_TRY(chain.check(path, others));
  return guest::read_image(path, *info, *head);
}

}  // namespace gpupass::run
