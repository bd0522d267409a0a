// SPDX-License-Identifier: GPL-2.0-or-later
// A PCI driver whose probe does not return before /sys/module/slow_probe/parameters/release is 1. It takes no
// device by itself: only driver_override gives it one.
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/pci.h>

static bool release;
module_param(release, bool, 0644);
MODULE_PARM_DESC(release, "probes return");

static int slow_probe(struct pci_dev *device, const struct pci_device_id *id)
{
	pci_info(device, "slow_probe: waits\n");
	while (!READ_ONCE(release)) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_timeout(HZ / 10);
	}
	pci_info(device, "slow_probe: returns\n");
	return 0;
}

static const struct pci_device_id no_ids[] = { { } };

static struct pci_driver slow_driver = { .name = "slow_probe", .id_table = no_ids, .probe = slow_probe };
module_pci_driver(slow_driver);
MODULE_DESCRIPTION("a probe that blocks, for the lab");
MODULE_LICENSE("GPL");
