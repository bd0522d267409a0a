// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/pci/window.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <optional>

#include "bench/pci/config_space.hpp"
#include "bench/pci/mapping.hpp"
#include "bench/pci/vfio.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/sys/fd.hpp"

namespace gpupass::bench::pci {
namespace {

Result<sys::Fd> open_file(const std::string& path, int flags) {
  sys::Fd file(::open(path.c_str(), flags | O_CLOEXEC));
  if (!file) return Failure(sys::errno_error("open " + path, errno));
  return file;
}

/// A function without a driver may not decode its memory; the kernel counts who needs that (`enable`).
class Enabled {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Enabled>> make(const std::string& folder) {
    GPUPASS_TRY_ASSIGN(auto file, open_file(folder + "/enable", O_WRONLY));
    if (::write(file.get(), "1", 1) != 1)
      return Failure(sys::errno_error("write " + folder + "/enable", errno));
    return std::unique_ptr<Enabled>(new Enabled(std::move(file)));
  }
  Enabled(const Enabled&) = delete;
  Enabled& operator=(const Enabled&) = delete;
  ~Enabled() {
    // Nobody could do anything about a failure: the function stays enabled, as it is under any driver.
    static_cast<void>(::pwrite(file_.get(), "0", 1, 0));
  }

 private:
  explicit Enabled(sys::Fd file) : file_(std::move(file)) {}
  sys::Fd file_;
};

class SysfsWindow final : public Window {
 public:
  SysfsWindow(std::unique_ptr<Enabled> enabled, Mapping mapping)
      : enabled_(std::move(enabled)), mapping_(std::move(mapping)) {}
  [[nodiscard]] volatile std::byte* data() const override { return mapping_.data(); }
  [[nodiscard]] std::size_t bytes() const override { return mapping_.bytes(); }

 private:
  std::unique_ptr<Enabled> enabled_;  // outlives the mapping; nothing: it decoded its memory already
  Mapping mapping_;
};

Result<std::unique_ptr<Window>> open_by_sysfs(const std::string& address, const Bar& bar) {
  constexpr std::int64_t k_command = 4;
  constexpr std::uint32_t k_decodes_memory = 2;
  const auto folder = sysfs::pci_device(address);
  GPUPASS_TRY_ASSIGN(const auto space, ConfigSpace::open(address));
  GPUPASS_TRY_ASSIGN(const auto command, space.read(k_command));
  std::unique_ptr<Enabled> enabled;
  if ((command & k_decodes_memory) == 0) {
    GPUPASS_TRY_ASSIGN(enabled, Enabled::make(folder));
  }
  GPUPASS_TRY_ASSIGN(const auto file,
                     open_file(fmt::format("{}/resource{}", folder, bar.index), O_RDWR | O_SYNC));
  GPUPASS_TRY_ASSIGN(auto mapping, Mapping::make(file.get(), 0, bar.bytes));
  return std::make_unique<SysfsWindow>(std::move(enabled), std::move(mapping));
}

}  // namespace

std::vector<Bar> prefetchable_bars(const std::string& resource) {
  constexpr int k_bars = 6;  // then come the ROM and what a bridge forwards
  constexpr std::uint64_t k_memory = 0x200, k_prefetchable = 0x2000;
  std::vector<Bar> bars;
  int index = 0;
  for (const auto line : core::split(resource, '\n')) {
    const auto words = core::words(line);
    if (index >= k_bars || words.size() != 3) break;
    const auto start = core::parse_number(words[0], 16), end = core::parse_number(words[1], 16),
               flags = core::parse_number(words[2], 16);
    const int here = index++;
    if (!start || !end || !flags || *start == 0 || *end <= *start) continue;
    if ((*flags & k_memory) == 0 || (*flags & k_prefetchable) == 0) continue;
    bars.push_back({here, *end - *start + 1});
  }
  return bars;
}

Result<std::unique_ptr<Window>> open_window(const Host& host, const std::string& address, const Bar& bar) {
  const auto folder = sysfs::pci_device(address);
  const auto driver = host.link_name(folder + "/driver");
  if (!driver) return open_by_sysfs(address, bar);
  if (*driver == "vfio-pci") return open_by_vfio(host, address, bar);
  return fail(ErrorKind::refused,
              fmt::format("{} uses {}, and accesses beside it could harm", *driver, address),
              fmt::format("`gpupass bind {}` takes it away from its driver", address));
}

}  // namespace gpupass::bench::pci
