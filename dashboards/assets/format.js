// Values as text. The same rules as dashboards/text.py, which writes what stands on a page without scripts.
"use strict";
ecotone.format = (() => {
  const MINUS = "\u2212";
  const NOT_REACHED = "not reached"; // the reason of a median that lies beyond what was observed
  const TOLD_ONCE = [" %", " min", " h", " days"]; // "3.2 to 5.1 h"
  const UNITS = [[1e9, "B"], [1e6, "M"], [1e3, "k"]];
  const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

  const grouped = (value, digits) => value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

  // A count: exact under 10,000, shortened above.
  function count(value) {
    const sign = value < 0 ? MINUS : "";
    const size = Math.abs(value);
    if (size < 10000) return sign + grouped(size, Number.isInteger(size) || size >= 100 ? 0 : 1);
    for (const [unit, name] of UNITS) {
      if (size >= unit * 0.99995) {
        const scaled = size / unit;
        return `${sign}${scaled.toFixed(scaled >= 99.95 ? 0 : 1)} ${name}`.replace(".0 ", " ");
      }
    }
    return sign + grouped(size, 0);
  }

  function value(v, form, reason) {
    if (v === null || v === undefined || !Number.isFinite(v)) return reason === NOT_REACHED ? reason : "unknown";
    if (form === "share") {
      const percent = 100 * v;
      return percent > 0 && percent < 1 ? `${Number(percent.toPrecision(2))} %` : `${percent.toFixed(1)} %`;
    }
    if (form === "percent") {
      const size = Math.abs(v).toFixed(1);
      return size === "0.0" ? "0.0 %" : `${v < 0 ? MINUS : "+"}${size} %`;
    }
    if (form === "hours") return hours(v);
    if (form === "days") return `${v < 0 ? MINUS : ""}${grouped(Math.abs(v), 1)} days`;
    if (form === "number" || form === "ratio") return (v < 0 ? MINUS : "") + grouped(Math.abs(v), form === "number" ? 1 : 2);
    return count(v);
  }

  // A duration, given in hours, in the unit that its size asks for.
  function hours(v) {
    const size = Math.abs(v);
    const [amount, unit, few] = size < 1 ? [60 * size, "min", 10] : size < 48 ? [size, "h", 48] : [size / 24, "days", 100];
    return `${v < 0 ? MINUS : ""}${grouped(amount, amount < few ? 1 : 0)} ${unit}`;
  }

  function interval(low, high, form) {
    if ((low ?? null) === null && (high ?? null) === null) return "";
    const ends = [low, high].map((end) => ((end ?? null) === null ? "unbounded" : value(end, form)));
    const unit = TOLD_ONCE.find((each) => ends.every((end) => end.endsWith(each))) ?? "";
    return `${ends[0].slice(0, ends[0].length - unit.length)} to ${ends[1]}`;
  }

  // October 2026, from an ISO date; the day too if it is not the first, as for weeks. Q4 2026 of quarters.
  function period(iso, months = 1) {
    const [year, month, day] = iso.split("-").map(Number);
    if (months === 3) return `Q${(month + 2) / 3} ${year}`;
    return `${day === 1 ? "" : `${day} `}${MONTHS[month - 1]} ${year}`;
  }

  // A name among other words: its writing direction, and any marks in it, end with it.
  const isolated = (name) => `\u2068${name}\u2069`;
  const shortened = (name, length) => (name.length > length ? `${name.slice(0, length - 1)}…` : name);

  return { value, interval, period, grouped, isolated, shortened, NOT_REACHED };
})();
