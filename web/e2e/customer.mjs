// A customer whom the tests know: whose call it is, and where she lives.
export const NUMBER = "13800000001";
export const NAME = "林若溪";
export const MASKED = "林**";
export const ADDRESS = "城中区长江路1号翠湖花园3栋2单元301室";
export const CUSTOMER = {
  kind: "person",
  name: NAME,
  numbers: [NUMBER],
  account: { number: "900000301", utility: "gas", class: "residential", address: ADDRESS, meter: { number: "M900301", kind: "IC卡表", installed_year: 2019 } },
};
