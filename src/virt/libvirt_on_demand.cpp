// SPDX-License-Identifier: GPL-2.0-or-later
// libvirt and the forty libraries below it take longer to load than most commands take to run, and
// most never speak to it. So it is not linked: each of its functions that is used is defined here as a
// step to its own, and the library is loaded when a connection is opened.
#include "virt/libvirt_on_demand.hpp"

#include <dlfcn.h>
#include <libvirt/libvirt-qemu.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <string>

namespace gpupass::virt {
namespace {

void* library() {
  static void* const handle = dlopen("libvirt.so.0", RTLD_NOW | RTLD_LOCAL);
  return handle;
}

/// What is only for guests of QEMU is a library beside it.
void* library_for_qemu() {
  static void* const handle = dlopen("libvirt-qemu.so.0", RTLD_NOW | RTLD_LOCAL);
  return handle;
}

template <class Function, class... Arguments>
auto call(void* from, const char* name, Arguments... arguments) {
  return reinterpret_cast<Function*>(dlsym(from, name))(arguments...);
}

Result<void> loaded(const void* handle) {
  if (handle != nullptr) return {};
  const char* const why = dlerror();
  return fail(ErrorKind::unsupported,
              std::string("libvirt cannot be loaded: ") + (why == nullptr ? "unknown" : why),
              "install it (Debian: `apt install libvirt-daemon-system`)");
}

}  // namespace

Result<void> load_libvirt() {
  return loaded(library());
}

Result<void> load_libvirt_qemu() {
  return loaded(library_for_qemu());
}

}  // namespace gpupass::virt

// Calls the library's function of the name that is being defined.
#define GPUPASS_LIBVIRT(function, ...) \
  gpupass::virt::call<decltype(function)>(gpupass::virt::library(), #function __VA_OPT__(, ) __VA_ARGS__)

virConnectPtr virConnectOpen(const char* uri) {
  return GPUPASS_LIBVIRT(virConnectOpen, uri);
}
int virConnectClose(virConnectPtr connection) {
  return GPUPASS_LIBVIRT(virConnectClose, connection);
}
int virConnectListAllNetworks(virConnectPtr connection, virNetworkPtr** networks, unsigned flags) {
  return GPUPASS_LIBVIRT(virConnectListAllNetworks, connection, networks, flags);
}
char* virNetworkGetXMLDesc(virNetworkPtr network, unsigned flags) {
  return GPUPASS_LIBVIRT(virNetworkGetXMLDesc, network, flags);
}
int virNetworkFree(virNetworkPtr network) {
  return GPUPASS_LIBVIRT(virNetworkFree, network);
}
int virConnectListAllDomains(virConnectPtr connection, virDomainPtr** domains, unsigned flags) {
  return GPUPASS_LIBVIRT(virConnectListAllDomains, connection, domains, flags);
}
virDomainPtr virDomainLookupByName(virConnectPtr connection, const char* name) {
  return GPUPASS_LIBVIRT(virDomainLookupByName, connection, name);
}
virDomainPtr virDomainLookupByUUIDString(virConnectPtr connection, const char* uuid) {
  return GPUPASS_LIBVIRT(virDomainLookupByUUIDString, connection, uuid);
}
virDomainPtr virDomainDefineXMLFlags(virConnectPtr connection, const char* xml, unsigned flags) {
  return GPUPASS_LIBVIRT(virDomainDefineXMLFlags, connection, xml, flags);
}
int virDomainFree(virDomainPtr domain) {
  return GPUPASS_LIBVIRT(virDomainFree, domain);
}
const char* virDomainGetName(virDomainPtr domain) {
  return GPUPASS_LIBVIRT(virDomainGetName, domain);
}
int virDomainGetUUIDString(virDomainPtr domain, char* text) {
  return GPUPASS_LIBVIRT(virDomainGetUUIDString, domain, text);
}
char* virDomainGetXMLDesc(virDomainPtr domain, unsigned flags) {
  return GPUPASS_LIBVIRT(virDomainGetXMLDesc, domain, flags);
}
int virDomainIsActive(virDomainPtr domain) {
  return GPUPASS_LIBVIRT(virDomainIsActive, domain);
}
int virDomainIsPersistent(virDomainPtr domain) {
  return GPUPASS_LIBVIRT(virDomainIsPersistent, domain);
}
int virDomainAttachDeviceFlags(virDomainPtr domain, const char* xml, unsigned flags) {
  return GPUPASS_LIBVIRT(virDomainAttachDeviceFlags, domain, xml, flags);
}
int virDomainDetachDeviceFlags(virDomainPtr domain, const char* xml, unsigned flags) {
  return GPUPASS_LIBVIRT(virDomainDetachDeviceFlags, domain, xml, flags);
}
int virDomainCreate(virDomainPtr domain) {
  return GPUPASS_LIBVIRT(virDomainCreate, domain);
}
int virDomainShutdown(virDomainPtr domain) {
  return GPUPASS_LIBVIRT(virDomainShutdown, domain);
}
int virDomainDestroy(virDomainPtr domain) {
  return GPUPASS_LIBVIRT(virDomainDestroy, domain);
}
int virDomainUndefineFlags(virDomainPtr domain, unsigned flags) {
  return GPUPASS_LIBVIRT(virDomainUndefineFlags, domain, flags);
}
int virDomainInterfaceAddresses(virDomainPtr domain, virDomainInterfacePtr** interfaces, unsigned source,
                                unsigned flags) {
  return GPUPASS_LIBVIRT(virDomainInterfaceAddresses, domain, interfaces, source, flags);
}
void virDomainInterfaceFree(virDomainInterfacePtr interface) {
  GPUPASS_LIBVIRT(virDomainInterfaceFree, interface);
}
int virConnectGetLibVersion(virConnectPtr connection, unsigned long* version) {
  return GPUPASS_LIBVIRT(virConnectGetLibVersion, connection, version);
}
char* virConnectGetDomainCapabilities(virConnectPtr connection, const char* emulator, const char* arch,
                                      const char* machine, const char* type, unsigned flags) {
  return GPUPASS_LIBVIRT(virConnectGetDomainCapabilities, connection, emulator, arch, machine, type, flags);
}
virErrorPtr virGetLastError(void) {
  return GPUPASS_LIBVIRT(virGetLastError);
}
void virSetErrorFunc(void* data, virErrorFunc handler) {
  GPUPASS_LIBVIRT(virSetErrorFunc, data, handler);
}
char* virDomainQemuAgentCommand(virDomainPtr domain, const char* command, int timeout, unsigned flags) {
  return gpupass::virt::call<decltype(virDomainQemuAgentCommand)>(
      gpupass::virt::library_for_qemu(), "virDomainQemuAgentCommand", domain, command, timeout, flags);
}
