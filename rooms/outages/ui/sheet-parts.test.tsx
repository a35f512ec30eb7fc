// What is left out of a sheet is said line by line, with what to do.
import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { startI18n } from "@lib/i18n";
import { ME, server, show } from "../../../web/src/test/page";
import { SheetOutcome } from "./sheet-parts";

it("says of each line why it is left out", async () => {
  await startI18n();
  server({ "GET /api/me": ME });
  const sheet = {
    lines: 4,
    elements: [{ id: "el_1", kind: "line" as const, code: "XL-1", name: "淮河线", parent: null }],
    left_out: [
      { row: 3, code: "PB-9", why: "unknown" as const, of: null },
      { row: 4, code: "PB-1", why: "below" as const, of: "XL-1" },
      { row: 5, code: "XL-1", why: "twice" as const, of: "2" },
    ],
  };
  show([{ path: "/", element: <SheetOutcome sheet={sheet} /> }], "/");
  expect(await screen.findByText("清单 4 行：选入 1 个设备，3 行未选入")).toBeTruthy();
  for (const text of ["台账里没有", "属于 XL-1，已随它停", "第 2 行已有", "核对编号；新设备先在供应网络里新增或导入"]) expect(screen.getByText(text)).toBeTruthy();
});
