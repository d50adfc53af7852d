from pathlib import Path

import pytest
from store_contract import Connect, StoreContract

from edge.stores.sqlite import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "t.db"


class TestSqliteKeepsTheContract(StoreContract):
    @pytest.fixture
    def connect(self, path: Path) -> Connect:
        return lambda: SqliteStore(path)
