"""Which kinds of work units the sample has, and made-up names for the people in it.

The kinds are those that the programme really sees (hospitals, courts, tax offices …); no entry speaks of a real office.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnitKind:
    """A kind of work unit.

    ``name``: with ``{seat}`` for the place. ``holders``: kinds of institution that have it. ``of``: for a national
    institution, how its name begins. ``affirmation``: as which service PermenPANRB 5/2024 lets local government propose
    it before the institution meets Tabel 5; empty if it does not.
    """

    suffix: str
    name: str
    field: str
    holders: tuple[str, ...]
    of: str = ""
    affirmation: str = ""


LOCAL = ("regency", "city")
NATIONAL = ("ministry", "agency", "other")

UNIT_KINDS: tuple[UnitKind, ...] = (
    UnitKind("RSUD", "RSUD {seat}", "health", LOCAL, affirmation="rsud"),
    UnitKind("DISDUKCAPIL", "Dinas Dukcapil {seat}", "population", LOCAL, affirmation="dukcapil"),
    UnitKind("DPMPTSP", "Dinas Penanaman Modal dan PTSP {seat}", "licensing", LOCAL, affirmation="ptsp"),
    UnitKind("DISNAKER", "Dinas Tenaga Kerja {seat}", "employment", LOCAL, affirmation="employment"),
    UnitKind("SMPN", "SMP Negeri 1 {seat}", "education", LOCAL, affirmation="education"),
    UnitKind("PKM", "Puskesmas Induk {seat}", "health", LOCAL),
    UnitKind("BAPENDA", "Badan Pendapatan Daerah {seat}", "taxation", LOCAL),
    UnitKind("SAMSAT", "Kantor Bersama Samsat {seat}", "taxation", ("province",), affirmation="samsat"),
    UnitKind("SMAN", "SMA Negeri 1 {seat}", "education", ("province",), affirmation="education"),
    UnitKind("RSUDP", "RSUD Provinsi {seat}", "health", ("province",), affirmation="rsud"),
    UnitKind("PTSP", "DPMPTSP Provinsi {seat}", "licensing", ("province",), affirmation="ptsp"),
    UnitKind("KANIM", "Kantor Imigrasi {seat}", "immigration", NATIONAL, "Kementerian Imigrasi"),
    UnitKind("LAPAS", "Lembaga Pemasyarakatan {seat}", "justice", NATIONAL, "Kementerian Imigrasi"),
    UnitKind("PN", "Pengadilan Negeri {seat}", "justice", NATIONAL, "Mahkamah Agung"),
    UnitKind("PA", "Pengadilan Agama {seat}", "justice", NATIONAL, "Mahkamah Agung"),
    UnitKind("KEJARI", "Kejaksaan Negeri {seat}", "justice", NATIONAL, "Kejaksaan Republik"),
    UnitKind("POLRES", "Kepolisian Resor {seat}", "security", NATIONAL, "Kepolisian Negara"),
    UnitKind("KPP", "KPP Pratama {seat}", "taxation", NATIONAL, "Kementerian Keuangan"),
    UnitKind("KPPN", "KPPN {seat}", "treasury", NATIONAL, "Kementerian Keuangan"),
    UnitKind("KANTAH", "Kantor Pertanahan {seat}", "land", NATIONAL, "Kementerian Agraria"),
    UnitKind("RSUP", "RSUP {seat}", "health", NATIONAL, "Kementerian Kesehatan"),
    UnitKind("MAN", "MAN 1 {seat}", "education", NATIONAL, "Kementerian Agama"),
    UnitKind("KSOP", "Kantor Kesyahbandaran {seat}", "transport", NATIONAL, "Kementerian Perhubungan"),
    UnitKind("BPVP", "Balai Pelatihan Vokasi {seat}", "employment", NATIONAL, "Kementerian Ketenagakerjaan"),
    UnitKind("SENTRA", "Sentra Layanan Sosial {seat}", "social", NATIONAL, "Kementerian Sosial"),
    UnitKind("BPS", "BPS {seat}", "statistics", NATIONAL, "Badan Pusat Statistik"),
    UnitKind("BNN", "BNN {seat}", "security", NATIONAL, "Badan Narkotika"),
    UnitKind("BPOM", "Balai POM {seat}", "health", NATIONAL, "Badan Pengawas Obat"),
)

# fmt: off - names by the line, not by the column
GIVEN = (
    "Adi",
    "Agus",
    "Ayu",
    "Bagas",
    "Budi",
    "Citra",
    "Dewi",
    "Dian",
    "Eka",
    "Fajar",
    "Fitri",
    "Gilang",
    "Hadi",
    "Hesti",
    "Indah",
    "Joko",
    "Kartika",
    "Lestari",
    "Made",
    "Maya",
    "Nanda",
    "Nur",
    "Putri",
    "Rahmat",
    "Ratna",
    "Rina",
    "Sari",
    "Siti",
    "Slamet",
    "Tirta",
    "Tuti",
    "Wahyu",
    "Wayan",
    "Wulan",
    "Yanti",
    "Yusuf",
    "Zahra",
)
FAMILY = (
    "Anggraini",
    "Firmansyah",
    "Ginting",
    "Halim",
    "Harahap",
    "Hidayat",
    "Iskandar",
    "Kurniawan",
    "Lubis",
    "Maharani",
    "Nasution",
    "Nugroho",
    "Pane",
    "Permana",
    "Pratama",
    "Purnomo",
    "Rahayu",
    "Ramadhan",
    "Saputra",
    "Setiawan",
    "Simanjuntak",
    "Siregar",
    "Suharto",
    "Susanti",
    "Sutrisno",
    "Tanjung",
    "Utami",
    "Wibowo",
    "Widodo",
    "Wijaya",
)
# fmt: on
FIELDS = ("health", "population", "licensing", "education", "taxation", "justice", "security", "land", "immigration")
