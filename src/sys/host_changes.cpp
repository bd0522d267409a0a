// SPDX-License-Identifier: GPL-2.0-or-later
// Files of a machine that can be changed.
#include "gpupass/host.hpp"
#include "sys/durable_file.hpp"
#include "sys/programs.hpp"

namespace gpupass {

Result<void> Host::write_file(const std::string& path, const std::string& text, mode_t mode) {
  GPUPASS_TRY(changeable());
  return sys::write_durably(at(path), text, mode);
}

Result<void> Host::write_output(const std::string& file, const std::string& text) {
  return sys::write_output(std::filesystem::absolute(file).lexically_normal(), text,
                           captured_ ? root_ : std::filesystem::path());
}

Result<void> Host::append_line(const std::string& path, const std::string& line) {
  GPUPASS_TRY(changeable());
  return sys::append_line_durably(at(path), line);
}

Result<void> Host::remove_file(const std::string& path) {
  GPUPASS_TRY(changeable());
  return sys::remove_durably(at(path));
}

Result<void> Host::rename_file(const std::string& path, const std::string& name) {
  GPUPASS_TRY(changeable());
  return sys::rename_durably(at(path), name);
}

void Host::clear_leftovers(const std::string& folder) {
  if (changeable()) sys::clear_leftovers(at(folder));
}

Result<int> Host::open_lock(const std::string& path) {
  GPUPASS_TRY(changeable());
  return sys::open_private(at(path));
}

Result<void> Host::only_root_can_write(const std::string& path) const {
  return sys::refuse_what_others_can_write(path);
}

}  // namespace gpupass
