#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Stands between libvirtd and its callers, and loses one answer: the call took effect, and its caller never learns it.

    libvirt_proxy.py SOCKET ORDERS LOG

SOCKET is libvirtd's, which is moved aside. ORDERS is a file that is not there: then every message passes. One word in it,
taken at the next call that hands over a domain's XML, says what becomes of that call's answer:

    silent   neither it nor any later answer on this connection arrives
    hangup   the connection ends in its place

LOG gets a line for each answer that was lost. The protocol is libvirt's own (src/rpc/virnetprotocol.x): a message is its
length, then program, version, procedure, type (0: call, 1: reply), serial and status, each four bytes, big end first.
"""
import os
import socket
import struct
import sys
import threading

CALL, REPLY = 0, 1


def read_exactly(source, size):
    data = b""
    while len(data) < size:
        chunk = source.recv(size - len(data))
        if not chunk:
            raise EOFError
        data += chunk
    return data


def read_message(source):
    length = read_exactly(source, 4)
    return length + read_exactly(source, struct.unpack(">I", length)[0] - 4)


def kind_and_serial(message):
    return struct.unpack(">II", message[16:24])


class Connection:
    def __init__(self, caller, libvirt, orders, log):
        self.caller, self.libvirt, self.orders, self.log = caller, libvirt, orders, log
        self.order, self.serial = None, None  # of the answer to lose
        self.silent = False

    def take_order(self):
        try:
            with open(self.orders) as file:
                word = file.read().strip()
            os.remove(self.orders)
            return word
        except FileNotFoundError:
            return None

    def calls(self):
        while True:
            message = read_message(self.caller)
            kind, serial = kind_and_serial(message)
            if kind == CALL and self.order is None and b"<domain" in message:
                self.order, self.serial = self.take_order(), serial
            self.libvirt.sendall(message)

    def answers(self):
        while True:
            message = read_message(self.libvirt)
            if self.order is not None and kind_and_serial(message) == (REPLY, self.serial):
                with open(self.log, "a") as file:
                    file.write(f"{self.order}: lost an answer, its status {struct.unpack('>I', message[24:28])[0]}\n")
                if self.order == "hangup":
                    raise EOFError
                self.silent = True
            if not self.silent:
                self.caller.sendall(message)

    def run(self, pump):
        try:
            pump()
        except (EOFError, OSError):
            for end in (self.caller, self.libvirt):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


def main():
    path, orders, log = sys.argv[1:]
    behind = path + ".behind"
    os.rename(path, behind)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(16)
    while True:
        caller, _ = listener.accept()
        libvirt = socket.socket(socket.AF_UNIX)
        libvirt.connect(behind)
        connection = Connection(caller, libvirt, orders, log)
        for pump in (connection.calls, connection.answers):
            threading.Thread(target=connection.run, args=(pump,), daemon=True).start()


main()
