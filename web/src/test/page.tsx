// Puts a page on the screen of a test: address, cache, and a server that answers from a table.
import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { App, ConfigProvider } from "antd";
import zhCN from "antd/locale/zh_CN";
import { createMemoryRouter, RouterProvider, type RouteObject } from "react-router";
import { vi } from "vitest";
import { queries } from "@lib/api";

export interface Asked {
  method: string;
  path: string;
  body: unknown;
}
type Reply = unknown | ((asked: Asked) => unknown);

/** `{"GET /api/me": {...}}`; a reply with `status` is a refusal. What is not in the table is a 404. */
export function server(table: Record<string, Reply>): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", (input: string, init: RequestInit = {}) => {
    const url = new URL(input, "http://127.0.0.1");
    const one = { method: init.method ?? "GET", path: url.pathname + url.search, body: typeof init.body === "string" ? (JSON.parse(init.body) as unknown) : init.body };
    asked.push(one);
    const found = table[`${one.method} ${url.pathname}`];
    const reply = typeof found === "function" ? (found as (asked: Asked) => unknown)(one) : found;
    const status = reply === undefined ? 404 : ((reply as { status?: number } | null)?.status ?? 200);
    return Promise.resolve(new Response(JSON.stringify(reply ?? { code: "web.not_found", params: {} }), { status: typeof status === "number" ? status : 200 }));
  });
  return asked;
}

export function show(routes: RouteObject[], at: string) {
  queries.clear();
  // A second try comes at once: a test does not wait for a network.
  queries.setDefaultOptions({ queries: { ...queries.getDefaultOptions().queries, retryDelay: 0 } });
  const router = createMemoryRouter(routes, { initialEntries: [at] });
  render(
    <ConfigProvider locale={zhCN} button={{ autoInsertSpace: false }}>
      <App>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </App>
    </ConfigProvider>,
  );
  return router;
}

export const ME = { id: "pe_1", number: "1001", name: "李敏", permissions: [] as string[], must_change_password: false, centre: "铜官燃气客户服务热线", demo: false };
