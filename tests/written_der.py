"""DER as a device writes it (X.690), apart from what reads it."""


def tlv(lead: int, content: bytes, number: int | None = None) -> bytes:
    """`lead`: the first byte, or its upper three bits where `number` is the tag's."""
    head = bytes([lead])
    if number is not None:
        head = bytes([lead | number]) if number < 31 else bytes([lead | 31]) + base128(number)
    return head + length(len(content)) + content


def base128(number: int) -> bytes:
    digits = [number & 127]
    while number := number >> 7:
        digits.append(number & 127 | 128)
    return bytes(reversed(digits))


def length(count: int) -> bytes:
    if count < 128:
        return bytes([count])
    raw = count.to_bytes((count.bit_length() + 7) // 8, "big")
    return bytes([128 | len(raw)]) + raw


def integer(value: int, lead: int = 0x02) -> bytes:
    return tlv(lead, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def enumerated(value: int) -> bytes:
    return integer(value, 0x0A)


def boolean(value: bool) -> bytes:
    return tlv(0x01, b"\xff" if value else b"\x00")


def octets(value: bytes) -> bytes:
    return tlv(0x04, value)


def sequence(*items: bytes) -> bytes:
    return tlv(0x30, b"".join(items))


def set_of(*items: bytes) -> bytes:
    return tlv(0x31, b"".join(sorted(items)))


def explicit(number: int, item: bytes) -> bytes:
    return tlv(0xA0, item, number)
