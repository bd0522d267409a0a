// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot/kernel_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

#include "core/json.hpp"
#include "core/text.hpp"
#include "sys/durable_file.hpp"

namespace gpupass::boot {
namespace {

using Words = std::vector<std::string>;

constexpr const char* k_record = "/var/lib/gpupass/kernel-words.json";
constexpr const char* k_grub = "/etc/default/grub";
constexpr const char* k_grub_folder = "/etc/default/grub.d";
constexpr const char* k_grub_own = "/etc/default/grub.d/gpupass.cfg";
constexpr const char* k_kernel_install = "/etc/kernel/cmdline";
constexpr std::string_view k_mark = "  # gpupass";
constexpr unsigned k_private = 0600;

std::string line_of(const Words& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

// ---- what was added, so that no more than that is taken out ---------------------------------------

struct Added {
  Loader loader = Loader::unknown;
  Words words;
  std::vector<std::string> files;  // that they were written into
};

constexpr const char* name_of(Loader loader) {
  if (loader == Loader::grub) return "grub";
  if (loader == Loader::grubby) return "grubby";
  return loader == Loader::systemd_boot ? "systemd-boot" : "unknown";
}

Result<std::optional<Added>> read_record(const Host& host) {
  const auto text = host.read(k_record);
  if (!text && text.error().kind == ErrorKind::not_found) return std::optional<Added>();
  if (!text) return Failure(text.error());
  return core::take_from_json(k_record, [&] {
    const auto json = core::Json::parse(*text);
    Added added;
    for (const auto loader : {Loader::grub, Loader::grubby, Loader::systemd_boot}) {
      if (json.at("loader") == name_of(loader)) added.loader = loader;
    }
    for (const auto& word : json.at("words")) added.words.push_back(core::line_from_json(word));
    for (const auto& file : json.at("files")) added.files.push_back(core::line_from_json(file));
    return std::optional(std::move(added));
  });
}

FileContent record_of(const Added& added) {
  const core::Json json{{"schema", "gpupass.kernel-words/1"},
                        {"loader", name_of(added.loader)},
                        {"words", added.words},
                        {"files", added.files}};
  return {k_record, json.dump() + "\n", k_private};
}

// ---- texts ----------------------------------------------------------------------------------------

bool has_word(std::string_view line, std::string_view word) {
  const auto words = core::words(line);
  return std::ranges::find(words, word) != words.end();
}

std::string with_words(std::string line, const Words& words) {
  for (const auto& word : words) {
    if (!has_word(line, word)) line += (line.empty() ? "" : " ") + word;
  }
  return line;
}

/// Only the words go: what stands between the others stays as somebody wrote it.
std::string without_words(std::string line, const Words& words) {
  for (const auto& word : words) {
    for (std::size_t at = 0; (at = line.find(" " + word, at)) != line.npos;) {
      const auto end = at + 1 + word.size();
      if (end == line.size() || line[end] == ' ' || line[end] == '\t') {
        line.erase(at, end - at);
      } else {
        at = end;
      }
    }
  }
  return line;
}

/// Each line through a function, the line ends as they were.
std::string each_line(const std::string& text, const std::function<std::string(std::string)>& change) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    result += change(text.substr(at, end - at));
    if (end < text.size()) result += '\n';
    at = end + 1;
  }
  return result;
}

/// In a loader's entry only its line of options; in /etc/kernel/cmdline every line that is no comment.
bool takes_words(const std::string& path, std::string_view line) {
  const auto words = core::words(line);
  if (words.empty() || words.front().starts_with('#')) return false;
  return path == k_kernel_install || words.front() == "options";
}

using Change = std::string (*)(std::string, const Words&);

Result<std::string> edited(const Host& host, const std::string& path, const Words& words, Change change) {
  GPUPASS_TRY_ASSIGN(const auto text, host.read(path));
  // The journal is JSON: what is no UTF-8 could not be put back.
  GPUPASS_TRY(core::take_from_json(path, [&] { return core::Json(text).dump(); }));
  return each_line(text, [&](std::string line) {
    const bool takes = takes_words(path, line);
    return takes ? change(std::move(line), words) : line;
  });
}

// ---- each loader ----------------------------------------------------------------------------------

std::vector<std::string> rebuild_menu(const Host& host) {
  if (auto update = program(host, "update-grub"); !update.empty()) return {std::move(update)};
  for (const auto* const name : {"grub2", "grub"}) {
    const auto menu = fmt::format("/boot/{}/grub.cfg", name);
    auto make = program(host, std::string(name) + "-mkconfig");
    if (!make.empty() && host.exists(menu)) return {std::move(make), "-o", menu};
  }
  return {};
}

/// Both files are read by a shell, the folder's after the other: what is added to the end adds to the words.
std::string grub_line(const Words& words) {
  return fmt::format("GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX {}\"", line_of(words));
}

Result<FileContent> grub_file(const Host& host, const Words& words) {
  constexpr unsigned k_text = 0644;
  if (host.exists(k_grub_folder)) {
    return FileContent{
        k_grub_own,
        fmt::format("# Written by `gpupass bind --persist`; `gpupass unbind --persist` takes it away.\n{}\n",
                    grub_line(words)),
        k_text};
  }
  GPUPASS_TRY_ASSIGN(auto text, host.read(k_grub));
  GPUPASS_TRY(core::take_from_json(k_grub, [&] { return core::Json(text).dump(); }));
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  return FileContent{k_grub, fmt::format("{}{}{}\n", text, grub_line(words), k_mark),
                     sys::mode_of(host.at(k_grub))};
}

Result<SetFiles> add_to_grub(const Host& host, const Words& words) {
  GPUPASS_TRY_ASSIGN(auto file, grub_file(host, words));
  const auto menu = rebuild_menu(host);
  if (menu.empty()) {
    return fail(
        ErrorKind::unsupported,
        "there is an /etc/default/grub, and none of update-grub, grub2-mkconfig and grub-mkconfig",
        fmt::format("nothing was changed; put {} on the kernel's command line by hand", line_of(words)));
  }
  SetFiles step{"", {}, menu, menu};
  step.files = {record_of({Loader::grub, words, {file.path}}), std::move(file)};
  return step;
}

Result<SetFiles> add_to_grubby(const Host& host, const Words& words) {
  const auto grubby = program(host, "grubby");
  return SetFiles{"",
                  {record_of({Loader::grubby, words, {}})},
                  {grubby, "--update-kernel=ALL", "--args=" + line_of(words)},
                  {grubby, "--update-kernel=ALL", "--remove-args=" + line_of(words)}};
}

/// The entries that are there, and the line that kernel-install makes those of later kernels from.
Result<SetFiles> add_to_entries(const Host& host, const Words& words) {
  auto paths = loader_entries(host);
  if (host.exists(k_kernel_install)) paths.emplace_back(k_kernel_install);
  Added added{Loader::systemd_boot, words, {}};
  std::vector<FileContent> files;
  for (const auto& path : paths) {
    GPUPASS_TRY_ASSIGN(auto text, edited(host, path, words, with_words));
    if (host.read(path) == text) continue;
    added.files.push_back(path);
    files.push_back({path, std::move(text), sys::mode_of(host.at(path))});
  }
  if (files.empty()) {
    return fail(
        ErrorKind::unsupported,
        "systemd-boot started this machine, from no entry whose options could be changed (a unified "
        "kernel image?)",
        fmt::format("nothing was changed; put {} into the image's command line by hand", line_of(words)));
  }
  SetFiles step;
  step.files = {record_of(added)};
  std::ranges::move(files, std::back_inserter(step.files));
  return step;
}

Result<SetFiles> add_through(const Host& host, Loader loader, const Words& words) {
  switch (loader) {
    case Loader::grub:
      return add_to_grub(host, words);
    case Loader::grubby:
      return add_to_grubby(host, words);
    case Loader::systemd_boot:
      return add_to_entries(host, words);
    case Loader::unknown:
      break;
  }
  return fail(
      ErrorKind::unsupported, "which boot loader this machine has is not known",
      fmt::format("nothing was changed; put {} on the kernel's command line by hand, reboot, and run this "
                  "again",
                  line_of(words)));
}

/// As each file is to be without the words; one that went meanwhile is no matter.
Result<std::vector<FileContent>> without(const Host& host, const Added& added) {
  std::vector<FileContent> files;
  for (const auto& path : added.files) {
    if (!host.exists(path)) continue;
    const auto mode = sys::mode_of(host.at(path));
    if (path == k_grub_own) {
      files.push_back({path, std::nullopt, mode});
      continue;
    }
    if (path != k_grub) {
      GPUPASS_TRY_ASSIGN(auto text, edited(host, path, added.words, without_words));
      files.push_back({path, std::move(text), mode});
      continue;
    }
    GPUPASS_TRY_ASSIGN(auto text, host.read(path));
    const auto ours = fmt::format("{}{}\n", grub_line(added.words), k_mark);
    if (const auto at = text.find(ours); at != text.npos) text.erase(at, ours.size());
    files.push_back({path, std::move(text), mode});
  }
  return files;
}

}  // namespace

std::vector<std::string> missing_kernel_words(const Inventory& inventory) {
  const auto& iommu = inventory.iommu;
  const bool intel = iommu.table == "DMAR" && iommu.off == IommuOff::kernel_option_missing;
  return !iommu.enabled && intel ? Words{"intel_iommu=on"} : Words{};
}

Result<std::optional<SetFiles>> add_kernel_words(const Host& host, Loader loader, const Words& words) {
  GPUPASS_TRY_ASSIGN(const auto added, read_record(host));
  if (words.empty() || added) return std::optional<SetFiles>();  // added already, and not booted since
  GPUPASS_TRY_ASSIGN(auto step, add_through(host, loader, words));
  step.purpose = fmt::format("put {} on the kernel's command line", line_of(words));
  return std::optional(std::move(step));
}

Result<std::optional<SetFiles>> drop_kernel_words(const Host& host) {
  GPUPASS_TRY_ASSIGN(const auto added, read_record(host));
  if (!added) return std::optional<SetFiles>();
  SetFiles step;
  step.purpose = fmt::format("take {} off the kernel's command line", line_of(added->words));
  GPUPASS_TRY_ASSIGN(step.files, without(host, *added));
  step.files.push_back({k_record, std::nullopt, k_private});
  if (added->loader == Loader::grub) step.program = step.undo_program = rebuild_menu(host);
  if (added->loader == Loader::grubby) {
    GPUPASS_TRY_ASSIGN(const auto put, add_to_grubby(host, added->words));
    step.program = put.undo_program;
    step.undo_program = put.program;
  }
  return std::optional(std::move(step));
}

}  // namespace gpupass::boot
