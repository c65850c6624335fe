"""A region from files: organisations, doctors, areas, people and schedules, all or nothing."""

from registratura.region.loading import load
from registratura.region.report import RegionBroken, Report

__all__ = ["RegionBroken", "Report", "load"]
