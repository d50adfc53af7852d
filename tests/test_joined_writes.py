"""What uvicorn writes piece by piece leaves in one packet, and nothing waits for a piece that does not come."""

import asyncio
from typing import Any

import pytest

from edge.joined_writes import JoinedWrites
from test_head_deadline import serving


class Wire(asyncio.Transport):
    """Keeps every packet, and None for the end."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.1", 5)})
        self.packets: list[Any] = []

    def write(self, data: Any) -> None:
        """Keep a packet."""
        self.packets.append(data)

    def close(self) -> None:
        """Keep the end."""
        self.packets.append(None)

    def is_closing(self) -> bool:
        """Say whether it ended."""
        return None in self.packets


def test_two_pieces_are_one_packet() -> None:
    async def main() -> None:
        wire = Wire()
        joined = JoinedWrites(wire, asyncio.get_running_loop())
        joined.write(b"head")
        assert wire.packets == []
        joined.write(b"body")
        assert wire.packets == [b"headbody"]
        await asyncio.sleep(0)
        assert wire.packets == [b"headbody"]

    asyncio.run(main())


def test_a_piece_alone_leaves_at_the_loops_next_turn() -> None:
    async def main() -> None:
        wire = Wire()
        joined = JoinedWrites(wire, asyncio.get_running_loop())
        for packets in ([b"1"], [b"1", b"2"]):
            joined.write(packets[-1])
            await asyncio.sleep(0)
            assert wire.packets == packets

    asyncio.run(main())


def test_what_is_held_leaves_before_the_end() -> None:
    async def main() -> None:
        wire = Wire()
        joined = JoinedWrites(wire, asyncio.get_running_loop())
        assert joined.get_extra_info("peername") == ("192.0.2.1", 5) and not joined.is_closing()
        joined.write(b"head")
        joined.close()
        await asyncio.sleep(0)
        assert wire.packets == [b"head", None] and joined.is_closing()

    asyncio.run(main())


@pytest.mark.slow
def test_who_waits_to_be_asked_for_the_body_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with serving(monkeypatch) as port, asyncio.timeout(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = (
                b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
            )
            writer.write(head)
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(b"ok")
            assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200 OK\r\n")
            writer.close()

    asyncio.run(main())
