-- One typed view per unrestricted layer for direct connections: a QGIS user sees proper layers with proper columns.
-- The geometry is not cast to the layer's type: a cast would keep the box that QGIS asks for from the index.
-- security_invoker: the row policies of the person who asks hold, not the view owner's.
CREATE OR REPLACE FUNCTION registry.layer_view(shown registry.layer) RETURNS text
LANGUAGE sql STABLE SET search_path = registry, public, pg_temp
RETURN format(
  'CREATE VIEW layers.%I WITH (security_invoker = true) AS
   SELECT a.district, a.id, a.code, a.scheme, a.class, k.name_zh AS class_name, a.name, a.state,
          m.name AS manager, o.name AS owner, t.name AS maintainer, a.surveyed_on, a.changed_on, a.source, a.accuracy,
          a.external_key, a.areas, a.length_m, a.area_m2, a.version, a.valid_from%s,
          a.geom
   FROM registry.asset a
   JOIN registry.asset_class k ON k.scheme = a.scheme AND k.code = a.class
   LEFT JOIN registry.party m ON m.district = a.district AND m.id = a.manager
   LEFT JOIN registry.party o ON o.district = a.district AND o.id = a.owner
   LEFT JOIN registry.party t ON t.district = a.district AND t.id = a.maintainer
   WHERE a.layer = %L AND a.state <> ''retired''',
  shown.code,
  (SELECT string_agg(format(
      CASE p.value ->> 'type' WHEN 'number' THEN ', (a.attributes ->> %1$L)::double precision AS %2$I'
                              WHEN 'integer' THEN ', (a.attributes ->> %1$L)::bigint AS %2$I'
                              WHEN 'boolean' THEN ', (a.attributes ->> %1$L)::boolean AS %2$I'
                              ELSE ', a.attributes ->> %1$L AS %2$I' END, p.key, 'attr_' || p.key), '' ORDER BY p.key)
   FROM jsonb_each(shown.schema -> 'properties') p),
  shown.code);

-- Chinese aliases of the columns, which QGIS shows from the comments.
CREATE OR REPLACE FUNCTION registry.layer_view_comments(shown registry.layer) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = registry, public, pg_temp
BEGIN ATOMIC
  SELECT format('COMMENT ON VIEW layers.%I IS %L', shown.code, shown.name_zh)
  UNION ALL
  SELECT format('COMMENT ON COLUMN layers.%I.%I IS %L', shown.code, c.name, c.alias)
  FROM (VALUES
    ('district', '行政区'), ('id', '内部编号'), ('code', '标识码'), ('scheme', '分类标准'), ('class', '小类代码'),
    ('class_name', '小类名称'), ('name', '名称'), ('state', '状态'), ('manager', '主管部门'), ('owner', '权属单位'),
    ('maintainer', '养护单位'), ('surveyed_on', '初始日期'), ('changed_on', '变更日期'), ('source', '数据来源'),
    ('accuracy', '定位精度'), ('external_key', '供图单位编号'), ('areas', '所在区域'), ('length_m', '长度（米）'),
    ('area_m2', '面积（平方米）'), ('version', '版本'), ('valid_from', '生效时间')) AS c (name, alias)
  UNION ALL
  SELECT format('COMMENT ON COLUMN layers.%I.%I IS %L', shown.code, 'attr_' || p.key, p.value ->> 'title')
  FROM jsonb_each(shown.schema -> 'properties') p;
END;

CREATE OR REPLACE FUNCTION registry.refresh_layer_views() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, public, pg_temp AS $$
DECLARE
  stale text;
  shown registry.layer;
  remark text;
BEGIN
  FOR stale IN SELECT viewname FROM pg_views WHERE schemaname = 'layers' LOOP
    EXECUTE format('DROP VIEW layers.%I', stale);
  END LOOP;
  FOR shown IN SELECT * FROM registry.layer WHERE NOT restricted ORDER BY position LOOP
    EXECUTE layer_view(shown);
    FOR remark IN SELECT layer_view_comments(shown) LOOP
      EXECUTE remark;
    END LOOP;
    EXECUTE format('GRANT SELECT ON layers.%I TO chengji_app, chengji_reader', shown.code);
  END LOOP;
END $$;
