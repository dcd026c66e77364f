// Values as text. The same rules as dashboards/text.py, which writes what stands on a page without scripts.
"use strict";
ecotone.format = (() => {
  const MINUS = "\u2212";
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

  function value(v, form) {
    if (v === null || v === undefined || !Number.isFinite(v)) return "unknown";
    if (form === "share") {
      const percent = 100 * v;
      return percent > 0 && percent < 1 ? `${Number(percent.toPrecision(2))} %` : `${percent.toFixed(1)} %`;
    }
    if (form === "percent") {
      const size = Math.abs(v).toFixed(1);
      return size === "0.0" ? "0.0 %" : `${v < 0 ? MINUS : "+"}${size} %`;
    }
    if (form === "number") return (v < 0 ? MINUS : "") + grouped(Math.abs(v), 1);
    return count(v);
  }

  function interval(low, high, form) {
    if ((low ?? null) === null && (high ?? null) === null) return "";
    const ends = [low, high].map((end) => ((end ?? null) === null ? "unbounded" : value(end, form)));
    return `${ends[1].endsWith(" %") ? ends[0].replace(/ %$/, "") : ends[0]} to ${ends[1]}`;
  }

  // October 2026, from an ISO date; the day too if it is not the first, as for weeks.
  function period(iso) {
    const [year, month, day] = iso.split("-").map(Number);
    return `${day === 1 ? "" : `${day} `}${MONTHS[month - 1]} ${year}`;
  }

  // A name among other words: its writing direction, and any marks in it, end with it.
  const isolated = (name) => `\u2068${name}\u2069`;
  const shortened = (name, length) => (name.length > length ? `${name.slice(0, length - 1)}…` : name);

  return { value, interval, period, grouped, isolated, shortened };
})();
