// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/boot/kernel_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

#include "gpupass/core/json.hpp"
#include "gpupass/core/names.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::boot {
namespace {

using Words = std::vector<std::string>;

constexpr const char* k_record = "/var/lib/gpupass/kernel-words.json";
constexpr const char* k_grub = "/etc/default/grub";
constexpr const char* k_grub_folder = "/etc/default/grub.d";
constexpr const char* k_grub_own = "/etc/default/grub.d/gpupass.cfg";
constexpr const char* k_grub_environment = "/boot/grub2/grubenv";
constexpr const char* k_kernel_install = "/etc/kernel/cmdline";
constexpr std::string_view k_mark = "  # gpupass";

std::string line_of(const Words& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

// ---- what was added, so that no more than that is taken out ---------------------------------------

struct Added {
  Loader loader = Loader::unknown;
  Words words;
  std::vector<std::string> files;  // that they were written into
  std::string boot_id;             // of the boot in which that was; empty: not known
};

std::string this_boot(const Host& host) {
  return host.attribute("/proc/sys/kernel/random/boot_id").value_or("");
}

constexpr std::array k_loader_names = {
    core::Name<Loader>{Loader::grub, "grub"},
    core::Name<Loader>{Loader::grubby, "grubby"},
    core::Name<Loader>{Loader::systemd_boot, "systemd-boot"},
    core::Name<Loader>{Loader::unknown, "unknown"},
};

Result<std::optional<Added>> read_record(const Host& host) {
  const auto text = host.read(k_record);
  if (!text && text.error().kind == ErrorKind::not_found) return std::optional<Added>();
  const auto unreadable = [](Error error) {
    return damaged(std::move(error),
                   "then remove the options that gpupass added to the kernel's command line by hand");
  };
  if (!text) return unreadable(text.error());
  auto record = core::read_json(*text, k_record, [&](const core::Json& json) {
    Added added;
    added.loader =
        core::value_in(k_loader_names, json.at("loader").get<std::string>()).value_or(Loader::unknown);
    for (const auto& word : json.at("words")) added.words.push_back(core::line_from_json(word));
    for (const auto& file : json.at("files")) added.files.push_back(core::line_from_json(file));
    if (json.contains("boot_id")) added.boot_id = core::line_from_json(json.at("boot_id"));
    return added;
  });
  if (!record) return unreadable(std::move(record).error());
  return std::optional(*std::move(record));
}

FileContent record_of(const Added& added) {
  const core::Json json{{"schema", "gpupass.kernel-words/1"},
                        {"loader", core::name_in(k_loader_names, added.loader)},
                        {"words", added.words},
                        {"files", added.files},
                        {"boot_id", added.boot_id}};
  return {k_record, json.dump() + "\n"};
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

/// Only the words are removed: everything between the others stays as somebody wrote it.
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

/// Upstream's grub-mkconfig reads /etc/default/grub alone: the folder beside it is Debian's addition, and may
/// be there for other reasons.
bool reads_folder(const Host& host) {
  std::vector<std::string> scripts;
  for (const auto* const name : {"grub-mkconfig", "grub2-mkconfig"}) {
    if (auto path = program(host, name); !path.empty()) scripts.push_back(std::move(path));
  }
  const auto reads = [&](const std::string& path) {
    return host.read(path).value_or("").find("default/grub.d") != std::string::npos;
  };
  return host.exists(k_grub_folder) && !scripts.empty() && std::ranges::all_of(scripts, reads);
}

/// Both files are read by a shell, the folder's after the other: what is added to the end adds to the words.
std::string grub_line(const Words& words) {
  return fmt::format("GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX {}\"", line_of(words));
}

Result<FileContent> grub_file(const Host& host, const Words& words) {
  constexpr unsigned k_text = 0644;
  if (reads_folder(host)) {
    return FileContent{
        k_grub_own,
        fmt::format("# Written by `gpupass bind --persist`; `gpupass unbind --persist` takes it away.\n{}\n",
                    grub_line(words)),
        k_text};
  }
  GPUPASS_TRY_ASSIGN(auto text, host.read(k_grub));
  GPUPASS_TRY(core::take_from_json(k_grub, [&] { return core::Json(text).dump(); }));
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  return FileContent{k_grub, fmt::format("{}{}{}\n", text, grub_line(words), k_mark), host.mode_of(k_grub)};
}

Result<SetFiles> add_to_grub(const Host& host, const Words& words) {
  GPUPASS_TRY_ASSIGN(auto file, grub_file(host, words));
  const auto menu = rebuild_menu(host);
  if (menu.empty()) {
    return fail(
        ErrorKind::unsupported,
        "there is an /etc/default/grub, but none of update-grub, grub2-mkconfig and grub-mkconfig",
        fmt::format("nothing was changed; put {} on the kernel's command line by hand", line_of(words)));
  }
  SetFiles step{"", {}, menu, menu};
  step.files = {record_of({Loader::grub, words, {file.path}, this_boot(host)}), std::move(file)};
  return step;
}

Failure no_entry_changed(const Host& host, const std::vector<std::string>& paths, const Words& words) {
  const bool have = std::ranges::any_of(
      paths, [&](const auto& path) { return has_word(host.read(path).value_or(""), words.front()); });
  if (have) {
    return fail(
        ErrorKind::unsupported, fmt::format("every entry has {}, but this boot did not", line_of(words)),
        "nothing was changed; reboot, and see which entry, and which boot loader, starts the machine");
  }
  return fail(
      ErrorKind::unsupported, "no entry has options that could be changed (a unified kernel image?)",
      fmt::format("nothing was changed; put {} into the image's command line by hand", line_of(words)));
}

/// The entries that are there, and the line that kernel-install makes those of later kernels from.
Result<SetFiles> add_to_entries(const Host& host, Loader loader, const Words& words) {
  auto paths = loader_entries(host);
  if (host.exists(k_kernel_install)) paths.emplace_back(k_kernel_install);
  Added added{loader, words, {}, this_boot(host)};
  std::vector<FileContent> files;
  for (const auto& path : paths) {
    GPUPASS_TRY_ASSIGN(auto text, edited(host, path, words, with_words));
    if (host.read(path) == text) continue;
    added.files.push_back(path);
    files.push_back({path, std::move(text), host.mode_of(path)});
  }
  if (files.empty()) return no_entry_changed(host, paths, words);
  SetFiles step;
  step.files = {record_of(added)};
  std::ranges::move(files, std::back_inserter(step.files));
  return step;
}

SetFiles through_grubby(const Host& host, const Added& added) {
  const auto grubby = program(host, "grubby");
  return {"",
          {record_of(added)},
          {grubby, "--update-kernel=ALL", "--args=" + line_of(added.words)},
          {grubby, "--update-kernel=ALL", "--remove-args=" + line_of(added.words)}};
}

/// Any value of the same option counts: grubby replaces it, and takes it out.
bool is_mentioned(const Host& host, const std::string& path, const Words& words) {
  const auto text = host.read(path).value_or("");
  return std::ranges::any_of(words, [&](const std::string& word) {
    return text.find(word.substr(0, word.find('=') + 1)) != std::string::npos;
  });
}

/// grubby sees to later kernels as well. But it knows all entries or one kernel's, and what it takes out it
/// takes out of each: where somebody has such a word already, those entries that lack it are changed here.
Result<SetFiles> add_to_grubby(const Host& host, const Words& words) {
  auto paths = loader_entries(host);
  for (const auto* const path : {k_grub, k_kernel_install, k_grub_environment}) paths.emplace_back(path);
  if (std::ranges::any_of(paths, [&](const auto& path) { return is_mentioned(host, path, words); }))
    return add_to_entries(host, Loader::grubby, words);
  return through_grubby(host, {Loader::grubby, words, {}, this_boot(host)});
}

Result<SetFiles> add_through(const Host& host, Loader loader, const Words& words) {
  switch (loader) {
    case Loader::grub:
      return add_to_grub(host, words);
    case Loader::grubby:
      return add_to_grubby(host, words);
    case Loader::systemd_boot:
      return add_to_entries(host, loader, words);
    case Loader::unknown:
      break;
  }
  return fail(
      ErrorKind::unsupported, "the boot loader of this machine is not known",
      fmt::format("nothing was changed; put {} on the kernel's command line by hand, reboot, and run this "
                  "again",
                  line_of(words)));
}

/// As each file is to be without the words; one that went meanwhile is no matter.
Result<std::vector<FileContent>> without(const Host& host, const Added& added) {
  std::vector<FileContent> files;
  for (const auto& path : added.files) {
    if (!host.exists(path)) continue;
    const auto mode = host.mode_of(path);
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

/// Already added, and not booted since; or booted without effect.
Result<void> refuse_in_vain(const Host& host, const Added& added, const Words& words) {
  const auto boot = this_boot(host);
  if (added.boot_id.empty() || boot.empty() || added.boot_id == boot) return {};
  const auto line = host.read("/proc/cmdline").value_or("");
  if (std::ranges::all_of(words, [&](const auto& word) { return has_word(line, word); })) return {};
  const auto where =
      added.files.empty() ? "`grubby --info=ALL`" : fmt::format("{}", fmt::join(added.files, ", "));
  return fail(
      ErrorKind::unsupported,
      fmt::format("gpupass put {0} on the kernel's command line, but the boot since then did not have {0}",
                  line_of(words)),
      fmt::format(
          "nothing was changed; compare /proc/cmdline with {}: another entry or boot loader may start "
          "this machine, or its menu was not regenerated. `gpupass unbind --persist --apply` of everything "
          "that is bound removes it again",
          where));
}

}  // namespace

Result<std::optional<SetFiles>> add_kernel_words(const Host& host, Loader loader, const Words& words) {
  GPUPASS_TRY_ASSIGN(const auto added, read_record(host));
  if (words.empty()) return std::optional<SetFiles>();
  if (added) {
    GPUPASS_TRY(refuse_in_vain(host, *added, words));
    return std::optional<SetFiles>();
  }
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
  step.files.push_back({k_record, std::nullopt});
  if (added->loader == Loader::grub) step.program = step.undo_program = rebuild_menu(host);
  if (added->loader == Loader::grubby && added->files.empty()) {
    const auto put = through_grubby(host, *added);
    step.program = put.undo_program;
    step.undo_program = put.program;
  }
  return std::optional(std::move(step));
}

std::optional<UnreadableRecord> unreadable_kernel_words(const Host& host) {
  auto record = read_record(host);
  if (record) return std::nullopt;
  return UnreadableRecord{"the kernel's command line", k_record, std::move(record).error()};
}

}  // namespace gpupass::boot
