// Values as text. The same rules as dashboards/texts/values.py, which writes what stands on a page without scripts.
"use strict";
ecotone.format = (() => {
  const MINUS = "\u2212";
  const NOT_REACHED = "not reached"; // the reason of a median that lies beyond what was observed
  const { t, told } = ecotone;
  const [MIN, H, DAYS] = [t("min"), t("h"), t("days")];
  const TOLD_ONCE = ["%", MIN, H, DAYS].map((unit) => ` ${unit}`); // "3.2 to 5.1 h"
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
    if (v === null || v === undefined || !Number.isFinite(v)) return reason === NOT_REACHED ? told(reason) : t("unknown");
    if (form === "share") {
      const percent = 100 * v;
      return percent > 0 && percent < 1 ? `${Number(percent.toPrecision(2))} %` : `${percent.toFixed(1)} %`;
    }
    if (form === "percent") {
      const size = Math.abs(v).toFixed(1);
      return size === "0.0" ? "0.0 %" : `${v < 0 ? MINUS : "+"}${size} %`;
    }
    if (form === "hours") return hours(v);
    if (form === "days") return `${v < 0 ? MINUS : ""}${grouped(Math.abs(v), 1)} ${DAYS}`;
    if (form === "number" || form === "ratio") return (v < 0 ? MINUS : "") + grouped(Math.abs(v), form === "number" ? 1 : 2);
    return count(v);
  }

  // A duration, given in hours, in the unit that its size asks for.
  function hours(v) {
    const size = Math.abs(v);
    const [amount, unit, few] = size < 1 ? [60 * size, MIN, 10] : size < 48 ? [size, H, 48] : [size / 24, DAYS, 100];
    return `${v < 0 ? MINUS : ""}${grouped(amount, amount < few ? 1 : 0)} ${unit}`;
  }

  function interval(low, high, form) {
    if ((low ?? null) === null && (high ?? null) === null) return "";
    const ends = [low, high].map((end) => ((end ?? null) === null ? t("unbounded") : value(end, form)));
    const unit = TOLD_ONCE.find((each) => ends.every((end) => end.endsWith(each))) ?? "";
    return t("{low} to {high}", { low: ends[0].slice(0, ends[0].length - unit.length), high: ends[1] });
  }

  // October 2026, from an ISO date; the day too if it is not the first, as for weeks. Q4 2026 of quarters.
  function period(iso, months = 1) {
    const [year, month, day] = iso.split("-").map(Number);
    const isEnglish = ecotone.language === "en";
    if (months === 3) return isEnglish ? `Q${(month + 2) / 3} ${year}` : `${year}年第${(month + 2) / 3}季度`;
    if (!isEnglish) return `${year}年${month}月${day === 1 ? "" : `${day}日`}`;
    return `${day === 1 ? "" : `${day} `}${MONTHS[month - 1]} ${year}`;
  }

  // A name among other words: its writing direction, and any marks in it, end with it.
  const isolated = (name) => `\u2068${name}\u2069`;
  const shortened = (name, length) => (name.length > length ? `${name.slice(0, length - 1)}…` : name);

  return { value, interval, period, grouped, isolated, shortened, NOT_REACHED };
})();
