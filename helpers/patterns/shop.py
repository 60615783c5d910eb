"""The shop's front door: every order is a customer's request of its own.

Lesson 02 writes this out. Nothing in it knows what stands behind the checkout.
"""

import threading
import time


def open_shop(orders, checkout):
    """Let the customers come: each order at its time, in a thread of its own."""
    for order in orders:
        time.sleep(order.gap)
        threading.Thread(target=checkout, args=(order,), name=order.order_id).start()
