// What every page may rely on: the theme, the language, the query cache, the slots, the addresses.
import { QueryClientProvider } from "@tanstack/react-query";
import { App as AntdApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { RouterProvider } from "react-router";
import { queries } from "@lib/api";
import { fillSlots, SlotContext } from "@lib/slots";
import { antdTheme, useTheme } from "@lib/theme";
import { rooms } from "./rooms";
import { router } from "./router";

const slots = fillSlots(rooms);

export function Providers() {
  const { i18n } = useTranslation();
  const theme = useTheme();
  const antd = useMemo(() => antdTheme(theme), [theme]);
  return (
    <ConfigProvider theme={antd} locale={i18n.language === "en" ? enUS : zhCN} wave={{ disabled: true }} button={{ autoInsertSpace: false }}>
      <AntdApp component={false} message={{ top: 64, duration: 4, maxCount: 3 }}>
        <QueryClientProvider client={queries}>
          <SlotContext value={slots}>
            <RouterProvider router={router} />
          </SlotContext>
        </QueryClientProvider>
      </AntdApp>
    </ConfigProvider>
  );
}
