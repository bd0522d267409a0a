// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/pci/vfio.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>

#include <cerrno>

#include "bench/pci/mapping.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/sys/fd.hpp"
#include "gpupass/vfio.hpp"

namespace gpupass::bench::pci {
namespace {

/// The descriptors that keep a function, in the order in which the kernel requires them to be opened.
struct Opened {
  sys::Fd container, group, device;
};

class VfioWindow final : public Window {
 public:
  VfioWindow(Opened opened, Mapping mapping) : opened_(std::move(opened)), mapping_(std::move(mapping)) {}
  [[nodiscard]] volatile std::byte* data() const override { return mapping_.data(); }
  [[nodiscard]] std::size_t bytes() const override { return mapping_.bytes(); }

 private:
  Opened opened_;  // outlives the mapping
  Mapping mapping_;
};

Failure failure(std::string_view what) {
  return Failure(sys::errno_error(std::string(what), errno));
}

Result<Opened> open_function(const std::string& group, const std::string& address) {
  Opened opened;
  const std::string nodes(k_vfio_nodes);
  opened.container = sys::Fd(open((nodes + "vfio").c_str(), O_RDWR | O_CLOEXEC));
  if (!opened.container) return failure("open " + nodes + "vfio");
  const auto path = nodes + group;
  opened.group = sys::Fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!opened.group) return failure("open " + path);
  vfio_group_status status{};
  status.argsz = sizeof status;
  if (ioctl(opened.group.get(), VFIO_GROUP_GET_STATUS, &status) != 0) return failure("look at " + path);
  if ((status.flags & VFIO_GROUP_FLAGS_VIABLE) == 0) {
    return fail(ErrorKind::refused, fmt::format("group {} is not viable", group),
                "`gpupass doctor` says why");
  }
  const int container = opened.container.get();
  if (ioctl(opened.group.get(), VFIO_GROUP_SET_CONTAINER, &container) != 0) return failure("use " + path);
  if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) != 0)
    return failure("set up the IOMMU for " + path);
  opened.device = sys::Fd(ioctl(opened.group.get(), VFIO_GROUP_GET_DEVICE_FD, address.c_str()));
  if (!opened.device) return failure("open " + address);
  return opened;
}

Result<vfio_region_info> region(const sys::Fd& device, std::uint32_t index) {
  vfio_region_info info{};
  info.argsz = sizeof info;
  info.index = index;
  if (ioctl(device.get(), VFIO_DEVICE_GET_REGION_INFO, &info) != 0) return failure("look at the BAR");
  return info;
}

/// vfio-pci opens a function without letting it decode its memory, and closes it so.
Result<> decode_memory(const sys::Fd& device) {
  constexpr std::int64_t k_command = 4;
  constexpr std::uint16_t k_decodes_memory = 2;
  GPUPASS_TRY_ASSIGN(const auto config, region(device, VFIO_PCI_CONFIG_REGION_INDEX));
  const auto at = static_cast<std::int64_t>(config.offset) + k_command;
  std::uint16_t command = 0;
  if (pread(device.get(), &command, sizeof command, at) != sizeof command)
    return failure("read the command register");
  command = static_cast<std::uint16_t>(command | k_decodes_memory);
  if (pwrite(device.get(), &command, sizeof command, at) != sizeof command)
    return failure("write the command register");
  return {};
}

}  // namespace

Result<std::unique_ptr<Window>> open_by_vfio(const Host& host, const std::string& address, const Bar& bar) {
  GPUPASS_TRY_ASSIGN(const auto group, host.link_name(sysfs::pci_device(address, "iommu_group")));
  GPUPASS_TRY_ASSIGN(auto opened, open_function(group, address));
  GPUPASS_TRY(decode_memory(opened.device));
  GPUPASS_TRY_ASSIGN(const auto info, region(opened.device, static_cast<std::uint32_t>(bar.index)));
  if ((info.flags & VFIO_REGION_INFO_FLAG_MMAP) == 0) {
    return fail(ErrorKind::unsupported,
                "vfio-pci does not let this BAR be mapped: a guest's accesses are trapped");
  }
  GPUPASS_TRY_ASSIGN(auto mapping,
                     Mapping::make(opened.device.get(), static_cast<std::int64_t>(info.offset), info.size));
  return std::make_unique<VfioWindow>(std::move(opened), std::move(mapping));
}

}  // namespace gpupass::bench::pci
