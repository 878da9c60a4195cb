"""The offices of a demo: whom the sign-in page offers, and whom ``baoxue token --as`` names. All of them are invented."""

from __future__ import annotations

from typing import NamedTuple


class DemoOffice(NamedTuple):
    """Somebody who works in an office. ``name``: for programs; ``office`` and ``roles``: as tokens have them (wire page, section 8)."""

    name: str
    office: str
    roles: tuple[str, ...]
    chinese: str
    english: str

    def get_user_id(self) -> str:
        """Return the subject of the tokens."""
        return self.name


DEMO_OFFICES = (
    DemoOffice("province", "/provinces/51", ("sender",), "四川省教育厅 · 报送员", "Sichuan province, who sends its reports"),
    DemoOffice("officer", "/counties/513431", ("officer",), "昭觉县教育和体育局 · 控辍保学专员", "Zhaojue county, officer"),
    DemoOffice("neighbour", "/counties/513429", ("officer",), "布拖县教育和体育局 · 控辍保学专员", "Butuo county next to it, officer"),
    DemoOffice("reporter", "/schools/5134310001", ("reporter",), "昭觉县某小学 · 报告员", "A school of Zhaojue, reporter"),
    DemoOffice("superior", "/prefectures/513400", ("superior",), "凉山州教育和体育局 · 主管", "Liangshan prefecture, the officer's superior"),
    DemoOffice("auditor", "/nation", ("auditor",), "国家审计 · 审计员", "The nation's auditor"),
    DemoOffice("statistician", "/nation", ("statistician",), "国家统计 · 统计员", "The nation's statistician"),
    DemoOffice("operator", "/nation", ("operator",), "系统运维 · 运维员", "The operator of the system"),
)


def demo_office(name: str) -> DemoOffice | None:
    """Return the office of a name; None for an unknown one."""
    return next((office for office in DEMO_OFFICES if office.name == name), None)
