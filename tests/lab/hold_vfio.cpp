// SPDX-License-Identifier: GPL-2.0-or-later
// Holds a function that is on vfio-pci as a running guest would, until it is killed. While it does, an
// unbind of that function blocks in the kernel for good: the test of whatever must survive that.
//
//   hold-vfio 0000:01:00.0     prints "held" once it has the device
#include <fcntl.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>

namespace {

int fail(const std::string& what) {
  std::fprintf(stderr, "hold-vfio: %s: %s\n", what.c_str(), std::strerror(errno));
  return 1;
}

/// The number of the function's IOMMU group, empty if it has none.
std::string group_of(const std::string& address) {
  std::error_code none;
  return std::filesystem::read_symlink("/sys/bus/pci/devices/" + address + "/iommu_group", none).filename();
}

/// The order is the kernel's: a group gives out its devices only when it is in a container with an IOMMU.
int hold(const std::string& address) {
  const auto group_path = "/dev/vfio/" + group_of(address);
  const int group = open(group_path.c_str(), O_RDWR | O_CLOEXEC);
  if (group < 0) return fail(group_path);
  const int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
  if (container < 0) return fail("/dev/vfio/vfio");
  if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) != 0) return fail("VFIO_GROUP_SET_CONTAINER");
  if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU) != 0) return fail("VFIO_SET_IOMMU");
  if (ioctl(group, VFIO_GROUP_GET_DEVICE_FD, address.c_str()) < 0) return fail("VFIO_GROUP_GET_DEVICE_FD");
  std::puts("held");
  std::fflush(stdout);
  while (true) pause();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: hold-vfio ADDRESS\n", stderr);
    return 2;
  }
  return hold(argv[1]);
}
