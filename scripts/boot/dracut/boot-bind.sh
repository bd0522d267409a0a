#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Read by dracut's init, before udev: an exit here would end that.
sh /etc/gpupass/boot-bind || :
