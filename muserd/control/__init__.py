"""The control server: everything that changes Muser comes through a Unix socket of its owner."""

from muserd.control.app import control_app
from muserd.control.socket import bind_socket

__all__ = ["bind_socket", "control_app"]
